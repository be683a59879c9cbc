import FindingModel
import Formats
import Testing

struct CEFTests {
    private static let encoder = EventEncoder(.cef, evidence: .full, version: "1.0.0")

    @Test(arguments: 1...300) func hostileTextNeverChangesTheLine(seed: Int) throws {
        var random = RandomChange(seed: seed)
        random.pieces = 6
        let change = random.next()
        let line = try #require(CEFParser(Self.encoder.encode(change).bytes), "seed \(seed)")
        let record = try Record(kind: change.kind, parsing: change.data)
        #expect(Array(line.header.prefix(5)) == ["CEF:0", "Weir", "Weir", "1.0.0", change.type])
        #expect(line["externalId"] == record.uid)
        #expect(line["cs6"] == change.id)
        #expect(line["cs6Label"] == "changeId")
        #expect(Set(line.extensions.map(\.key)).count == line.extensions.count, "a key stands twice, seed \(seed)")
        switch record {
        case .finding(let finding):
            #expect(Self.sameWords(line.header[5], finding.title))
            #expect(Self.sameLines(line["msg"], finding.desc))
            #expect(Self.sameLines(line["reason"], finding.vendorStatus))
            #expect(Self.sameLines(line["request"], finding.resources.first.flatMap { $0.url ?? $0.path }))
            #expect(line["cs2"] == finding.status.word)
        case .scan(let scan): #expect(Self.sameLines(line["cat"], scan.type))
        case .notice(let notice): #expect(Self.sameWords(line.header[5], notice.summary))
        }
    }

    @Test(arguments: [(.unknown, "Unknown"), (.info, "1"), (.low, "3"), (.medium, "5"), (.high, "8"), (.critical, "10")] as [(Severity, String)])
    func severitiesHaveTheirNumbers(severity: Severity, number: String) throws {
        var finding = Samples.finding
        finding.severity = severity
        let line = try #require(CEFParser(Self.encoder.encode(Samples.change(.finding(finding))).bytes))
        #expect(line.header[6] == number)
        #expect(line["dst"] == "192.0.2.7")
        #expect(line["dpt"] == "443")
    }

    @Test func textsAreAsLongAsTheStandardAllows() throws {
        var finding = Samples.finding
        finding.title = String(repeating: "é", count: 600)
        finding.desc = String(repeating: "=", count: 2000)
        let line = try #require(CEFParser(Self.encoder.encode(Samples.change(.finding(finding))).bytes))
        #expect(line.header[5].unicodeScalars.count == 512)
        #expect(line["msg"]?.unicodeScalars.count == 1023)
    }

    /// The scalars, with a space for each that cannot be seen.
    private static func seen(_ text: String, keeping kept: String = "") -> [Unicode.Scalar] {
        SafeTextTests.spaced(text, keeping: kept).map { scalar in
            let isHidden = scalar.properties.generalCategory == .format || scalar.properties.isNoncharacterCodePoint
            return isHidden ? " " : scalar
        }
    }

    @Test func whatTurnsTextRoundOrHidesInItIsASpace() throws {
        var finding = Samples.finding
        finding.title = "safe\u{202e}gpj.exe a\u{200b}b x=y"
        finding.desc = "\u{2066}a\u{feff}=b"
        let bytes = try Self.encoder.encode(Samples.change(.finding(finding))).bytes
        let line = try #require(CEFParser(bytes))
        #expect(line.header[5] == "safe gpj.exe a b x=y" && line["msg"] == " a =b")
        // The standard has two escapes for the header, and '=' is none of them.
        #expect(String(decoding: bytes, as: UTF8.self).contains("|safe gpj.exe a b x=y|"))
    }

    /// Equal but for controls, which became spaces.
    private static func sameWords(_ said: String, _ meant: String) -> Bool { seen(meant) == Array(said.unicodeScalars) }

    /// Equal but for controls other than line ends; nothing is said of an empty text.
    private static func sameLines(_ said: String?, _ meant: String?) -> Bool {
        seen(meant ?? "", keeping: "\r\n") == Array((said ?? "").unicodeScalars)
    }
}
