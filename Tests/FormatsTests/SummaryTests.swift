import FindingModel
import Formats
import JSONDocument
import Testing

struct SummaryTests {
    private static let formats = EventFormat.allCases

    /// Records from some KiB to some hundred, all texts hostile.
    private static func large(_ seed: Int) -> RandomChange {
        var random = RandomChange(seed: seed)
        random.pieces = [40, 200, 1000][seed % 3]
        random.items = [2, 10, 40][seed / 3 % 3]
        return random
    }

    @Test(arguments: formats, 1...30) func noEventIsLargerThanSummariesAre(format: EventFormat, seed: Int) throws {
        var random = Self.large(seed)
        let change = random.next()
        let event = try EventEncoder(format, version: "1.0.0").encode(change)
        let whole = try EventEncoder(format, evidence: .full, version: "1.0.0").encode(change)
        #expect(event.bytes.count <= EventEncoder.summaryBytes, "seed \(seed)")
        #expect(event.cut.isEmpty == (event == whole), "seed \(seed)")
        #expect(whole.cut.isEmpty)
        if format.isJSON { #expect(throws: Never.self) { try JSONValue(parsing: event.bytes) } } else { #expect(CEFParser(event.bytes) != nil) }
    }

    /// What a message of syslog has left beside its own header.
    @Test(arguments: formats, 1...30) func aSystemMayTakeLess(format: EventFormat, seed: Int) throws {
        var random = Self.large(seed)
        let event = try EventEncoder(format, summaryBytes: 7500, version: "1.0.0").encode(random.next())
        #expect(event.bytes.count <= 7500, "seed \(seed)")
    }

    @Test(arguments: 1...60) func aShortenedEventIsValidAndSaysWhatIsNotWhole(seed: Int) throws {
        var random = Self.large(seed)
        let change = random.next()
        let ocsf = try EventEncoder(.ocsf, version: "1.0.0").encode(change)
        let value = try JSONValue(parsing: ocsf.bytes)
        #expect(Standard.issues(ocsf: value) == [], "seed \(seed)")
        #expect((value["metadata"]?["is_truncated"] == .bool(true)) == !ocsf.cut.isEmpty)
        let ecs = try EventEncoder(.ecs, version: "1.0.0").encode(change)
        #expect(ECSCheck.issues(try JSONValue(parsing: ecs.bytes)) == [], "seed \(seed)")
        // What an event does not name as cut is as it was.
        for (event, shortened) in [(ocsf, OCSFReader(value).change), (ecs, ECSReader(try JSONValue(parsing: ecs.bytes)).change)] {
            let back = try JSONValue(parsing: try #require(shortened).data.bytes)
            let record = try JSONValue(parsing: change.data.bytes)
            for member in record.objectValue ?? [] where !event.cut.contains(member.name) {
                #expect(back[member.name] == member.value, "\(member.name), seed \(seed)")
            }
            for name in event.cut { #expect(back[name] != record[name], "\(name), seed \(seed)") }
        }
    }

    @Test func evidenceGoesFirst() throws {
        var finding = Samples.finding
        finding.desc = String(repeating: "d", count: 1500)
        finding.evidence = [Evidence(type: "http", request: String(repeating: "r", count: 20_000), response: String(repeating: "\u{1}", count: 20_000))]
        let event = try EventEncoder(.canonical, version: "1.0.0").encode(Samples.change(.finding(finding)))
        let value = try JSONValue(parsing: event.bytes)
        #expect(event.cut == ["evidence"])
        #expect(value["cut"]?.stringValue == "evidence")
        #expect(value["data"]?["desc"]?.stringValue == finding.desc)
        let request = value["data"]?["evidence"]?.arrayValue?.first?["request"]?.stringValue ?? ""
        #expect(request.hasPrefix("rrr") && request.hasSuffix("… [cut]"))
        #expect(Standard.change.issues(value) == [])
    }

    @Test func aSmallChangeInTheCanonicalFormIsTheEventThatSinksOfFilesGet() throws {
        let change = Samples.change(.finding(Samples.finding))
        let event = try EventEncoder(.canonical, version: "1.0.0").encode(change)
        #expect(event.bytes == change.cloudEventJSON)
        #expect(Standard.change.issues(try JSONValue(parsing: event.bytes)) == [])
    }

    @Test(arguments: formats.filter(\.isJSON)) func textIsCutBetweenScalars(format: EventFormat) throws {
        for extra in 0..<8 {
            var finding = Samples.finding
            finding.title = String(repeating: "a", count: extra) + String(repeating: "👩‍👩‍👧e\u{301}", count: 2000)
            let event = try EventEncoder(format, version: "1.0.0").encode(Samples.change(.finding(finding)))
            #expect(event.cut == ["title"])
            #expect(!String(decoding: event.bytes, as: UTF8.self).unicodeScalars.contains("\u{fffd}"))
        }
    }

    @Test func aRecordThatCannotBeReadIsAnErrorWithoutItsText() throws {
        var change = Samples.change(.finding(Samples.finding))
        change.data = RawJSON(bytes: Array(#"{"secret":1}"#.utf8))
        let error = #expect(throws: FormatError.self) { try EventEncoder(.ocsf, version: "1.0.0").encode(change) }
        #expect(error?.message.contains("secret") == false)
    }
}
