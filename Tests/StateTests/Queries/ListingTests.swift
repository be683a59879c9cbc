import Adapters
import FindingModel
import GRDB
import JSONDocument
import Journal
import Testing

@testable import State

/// Lists of records and receipts: complete and in order whatever a page holds, and read along a key.
struct ListingTests {
    /// Findings 0 to 59, with six severities and three statuses, and a scan behind every tenth.
    private static func gate() async throws -> Gate {
        var script = Script()
        for number in 0..<60 {
            let severity = Severity.allCases[number * 7 % 6]
            let status = [FindingStatus.open, .fixed, .accepted][number * 5 % 3]
            script.add("\(number)", key: "k\(number)", at: Int64(number)) { .finding($0, "\(number)", status, severity: severity) }
            script.add("s\(number)", key: "s\(number)", at: Int64(number), kind: "scan.done") { .scan($0, "\(number)", .completed) }
        }
        let gate = try Gate(script)
        for number in 0..<60 {
            gate.setTime(1000 + Int64(number))
            try await gate.receive("\(number)", source: number < 40 ? "shop" : "web")
            if number % 10 == 9 { try await gate.receive("s\(number)", source: "scans") }
        }
        try gate.catchUp()
        return gate
    }

    private static let newest = (0..<60).reversed().map { Making.uid(.finding, "\($0)") }

    /// All pages of a list, one after another.
    private static func walk(_ gate: Gate, _ filter: RecordFilter) async throws -> [RecordSummary] {
        var filter = filter
        var rows: [RecordSummary] = []
        while true {
            let page = try #require(try await gate.queries.records(filter))
            #expect(page.rows.count <= filter.limit)
            rows += page.rows
            guard let next = page.next else { return rows }
            filter.after = next
        }
    }

    @Test(arguments: [1, 7, 1000]) func everyOrderShowsEveryFindingOnceOverAnyPages(limit: Int) async throws {
        let gate = try await Self.gate()
        var filter = RecordFilter(.finding)
        filter.limit = limit
        #expect(try await Self.walk(gate, filter).map(\.uid) == Self.newest)
        filter.order = .old
        #expect(try await Self.walk(gate, filter).map(\.uid) == Self.newest.reversed())
        filter.order = .severity
        let worst = try await Self.walk(gate, filter).map(\.uid)
        let severities = (0..<60).reduce(into: [String: UInt8]()) { $0[Making.uid(.finding, "\($1)")] = Severity.allCases[$1 * 7 % 6].rawValue }
        let expected = Self.newest.enumerated().sorted { left, right in
            let (a, b) = (severities[left.element] ?? 0, severities[right.element] ?? 0)
            return a == b ? left.offset < right.offset : a > b
        }
        #expect(worst == expected.map(\.element))
    }

    /// Findings whose times of being seen lead elsewhere than the order in which they came, five by five at one moment; scans by their end or start.
    private static func seenGate() async throws -> Gate {
        var script = Script()
        for number in 0..<60 {
            script.add("\(number)", key: "k\(number)", at: Int64(number)) { entry in
                let finding = Making.finding("\(number)", receipt: entry.number) {
                    $0.status = number % 4 == 0 ? .fixed : .open
                    $0.severity = Severity.allCases[number % 6]
                    $0.lastSeenTime = Making.time(Int64(number * 7 % 60 / 5 * 5))
                    $0.resources = [Making.resource("host\(number % 3)")]
                }
                return .finding(finding, says: [.status, .severity, .resources, .lastSeen])
            }
        }
        script.add("again", key: "again", at: 900) { entry in
            .finding(Making.finding("0", receipt: entry.number) { $0.lastSeenTime = Making.time(900) }, says: [.lastSeen])
        }
        for (name, start, end) in [("ended", 5, 50), ("begun", 70, nil), ("ended early", 1, 20)] as [(String, Int64, Int64?)] {
            script.add(name, key: name, at: 1, kind: "scan.done") { entry in
                let scan = Making.scan(name, receipt: entry.number) {
                    $0.status = .completed
                    $0.startTime = Making.time(start)
                    $0.endTime = end.map { Making.time($0) }
                }
                return .scan(scan, says: [.status, .startTime, .endTime])
            }
        }
        let gate = try Gate(script)
        for number in 0..<60 { try await gate.receive("\(number)") }
        for name in ["ended", "begun", "ended early"] { try await gate.receive(name, source: "scans") }
        try gate.catchUp()
        return gate
    }

    @Test(arguments: [1, 7, 1000]) func whatWasSeenLastStandsFirstOverAnyPages(limit: Int) async throws {
        let gate = try await Self.seenGate()
        var filter = RecordFilter(.finding)
        filter.order = .seen
        filter.limit = limit
        let expected = (0..<60).sorted { ($1 * 7 % 60 / 5, $1) < ($0 * 7 % 60 / 5, $0) }.map { Making.uid(.finding, "\($0)") }
        #expect(try await Self.walk(gate, filter).map(\.uid) == expected)
        filter.findingStatuses = [.fixed]
        let fixed = Set(stride(from: 0, to: 60, by: 4).map { Making.uid(.finding, "\($0)") })
        #expect(try await Self.walk(gate, filter).map(\.uid) == expected.filter { fixed.contains($0) })
        var scans = RecordFilter(.scan)
        scans.order = .seen
        scans.limit = limit
        #expect(try await Self.walk(gate, scans).map(\.uid) == ["begun", "ended", "ended early"].map { Making.uid(.scan, $0) })
    }

    @Test func whatIsSeenAgainMovesToTheFront() async throws {
        let gate = try await Self.seenGate()
        var filter = RecordFilter(.finding)
        filter.order = .seen
        filter.limit = 10
        let first = try #require(try await gate.queries.records(filter))
        try await gate.receive("again")
        try gate.catchUp()
        filter.after = first.next
        let rest = try await Self.walk(gate, filter).map(\.uid)
        #expect(rest.count == 49 && !rest.contains(Making.uid(.finding, "0")), "the list goes on where it was, whatever moved")
        filter.after = nil
        #expect(try await gate.queries.records(filter)?.rows.first?.uid == Making.uid(.finding, "0"))
        filter.after = ListPlace(Making.uid(.finding, "0"))
        #expect(try await gate.queries.records(filter) == nil, "a uid alone is no place in an order in which records move")
    }

    @Test func receiptsAreFoundByWhatTheyChanged() async throws {
        let gate = try await Self.seenGate()
        try await gate.receive("1")
        try gate.catchUp()
        for limit in [1, 7, 1000] {
            var filter = EventFilter()
            filter.limit = limit
            filter.words.host = "HOST1"
            var keys: [String?] = []
            repeat {
                let page = try await gate.queries.eventPage(filter)
                #expect(page.rows.count <= limit)
                keys += page.rows.map(\.key)
                filter.after = page.next.flatMap { UInt64($0.id) }
            } while filter.after != nil
            #expect(keys == ["k1"] + (0..<60).reversed().filter { $0 % 3 == 1 }.map { "k\($0)" }, "a duplicate is about what its first is about")
        }
        var filter = EventFilter()
        filter.words.vulnerability = "CVE-2024-1"
        #expect(try await gate.queries.events(filter).isEmpty)
    }

    @Test func filtersHoldOverPages() async throws {
        let gate = try await Self.gate()
        var filter = RecordFilter(.finding)
        filter.limit = 4
        filter.findingStatuses = [.open, .accepted]
        filter.minSeverity = .high
        let shown = try await Self.walk(gate, filter).compactMap { try? Record(kind: .finding, parsing: $0.data).finding }
        let expected = Self.newest.count { uid in
            let number = 59 - (Self.newest.firstIndex(of: uid) ?? 0)
            return number * 5 % 3 != 1 && [0, 4, 5].contains(number * 7 % 6)
        }
        #expect(shown.count == expected && expected > 8)
        #expect(shown.allSatisfy { [.open, .accepted].contains($0.status) && [.unknown, .high, .critical].contains($0.severity) })
        filter = RecordFilter(.finding)
        filter.limit = 3
        filter.source = "web"
        #expect(try await Self.walk(gate, filter).map(\.uid) == Array(Self.newest.prefix(20)))
        filter.source = "nobody"
        #expect(try await Self.walk(gate, filter).isEmpty)
        filter.source = nil
        filter.since = .wall(Making.time(1010))
        filter.until = .wall(Making.time(1020))
        #expect(try await Self.walk(gate, filter).map(\.uid) == Self.newest.reversed()[10..<20].reversed())
        #expect(try await Self.walk(gate, RecordFilter(.scan)).count == 6)
        filter.after = ListPlace("f_nobody")
        #expect(try await gate.queries.records(filter) == nil)
    }

    @Test func noListSortsATable() async throws {
        let gate = try await Self.gate()
        var filters: [RecordFilter] = [RecordFilter(.finding), RecordFilter(.scan), RecordFilter(.notice)]
        for order in [RecordFilter.Order.new, .old] {
            var scans = RecordFilter(.scan)
            (scans.order, scans.scanStatuses) = (order, [.completed, .failed])
            filters.append(scans)
        }
        for order in RecordFilter.Order.allCases {
            var filter = RecordFilter(.finding)
            filter.order = order
            filters.append(filter)
            filter.findingStatuses = [.open]
            filter.minSeverity = .high
            filters.append(filter)
        }
        for filter in filters {
            let hasThird = filter.order == .seen || filter.order == .old
            for sql in RecordKeys(filter).statements {
                try Self.expectWalk(gate, sql, hasThird ? [100, 10, 5] : [100, 10], along: filter.order == .seen ? "records_by_seen" : "records_by_status")
            }
        }
        let ends: [ReceiptBound?] = [nil, .wall(Making.time(1)), .receipt(7)]
        for (since, until) in zip(ends, ends.reversed()) {
            var filter = RecordFilter(.finding)
            (filter.source, filter.since, filter.until) = ("shop", since, until)
            try Self.expectWalk(gate, RecordLister(filter: filter).sql, [1, 1, since?.value, until?.value])
            for isOldestFirst in [false, true] {
                var events = EventFilter()
                (events.since, events.until, events.outcome, events.isOldestFirst, events.after, events.last) = (since, until, .mapped, isOldestFirst, 7, 9)
                try Self.expectWalk(gate, events.query.sql, events.query.arguments)
            }
        }
        var events = EventFilter()
        try Self.expectWalk(gate, events.query.sql, events.query.arguments)
        (events.source, events.kind, events.text, events.after) = ("shop", "event", "k", 30)
        (events.since, events.until) = (.wall(Making.time(0)), .wall(Making.time(1)))
        try Self.expectWalk(gate, events.query.sql, events.query.arguments)
        for sql in [HistoryFilter.sql.oldest, HistoryFilter.sql.newest] {
            try Self.expectWalk(gate, sql, ["f_1", 7, 10, 9], along: "changes_by_record")
        }
    }

    /// That the plan of `sql` holds no sorting and no walk through all of a table but events, which is walked along its key.
    private static func expectWalk(_ gate: Gate, _ sql: String, _ arguments: StatementArguments, along index: String? = nil) throws {
        let plan = try gate.store.read { database in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] as String }
        }
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN") && $0 != "SCAN e" }, "\(sql): \(plan)")
        if let index { #expect(plan.contains { $0.contains(index) }, "\(sql): \(plan)") }
    }

    @Test func receiptsAreFilteredAndPagedInBothOrders() async throws {
        let gate = try await Self.gate()
        var filter = EventFilter()
        filter.limit = 7
        filter.source = "scans"
        filter.isOldestFirst = true
        #expect(try await gate.queries.events(filter).map(\.key) == ["s9", "s19", "s29", "s39", "s49", "s59"])
        filter = EventFilter()
        filter.text = "S1"
        #expect(try await gate.queries.events(filter).map(\.key) == ["s19"])
        filter.text = nil
        filter.since = .wall(Making.time(1058))
        #expect(try await gate.queries.events(filter).map(\.key) == ["s59", "k59", "k58"])
        filter.after = try await gate.queries.events(filter).first?.receipt
        #expect(try await gate.queries.events(filter).map(\.key) == ["k59", "k58"])
        #expect(try await gate.queries.kinds(besides: "event") == nil)
        #expect(try await gate.queries.kinds(besides: "evnt") == ["event", "scan.done"])
    }

    @Test func wordsAreLookedForWhereTheyStand() throws {
        let record = Array(
            #"{"title":"Apache \"Log4j\"","resources":[{"hostname":"Web01.example.test","url":"https://u:p@shop.example.test:8443/a?b"}],"vulnerabilities":[{"id":"CVE-2024-1"}]}"#
                .utf8)
        func matches(host: String? = nil, cve: String? = nil, text: String? = nil) -> Bool {
            var words = RecordWords()
            (words.host, words.vulnerability, words.text) = (host, cve, text)
            return words.match(record)
        }
        #expect(matches(host: "web01.EXAMPLE.test") && matches(host: "shop.example.test"))
        #expect(!matches(host: "example.test") && !matches(host: "apache"))
        #expect(matches(cve: "cve-2024-1") && !matches(cve: "cve-2024") && !matches(cve: "web01.example.test"))
        #expect(matches(text: "\"log4J\"") && matches(text: "8443/a") && !matches(text: "hostname") && !matches(text: "log4j\\"))
        #expect(matches(host: "shop.example.test", cve: "CVE-2024-1", text: "apache") && !matches(host: "shop.example.test", text: "nginx"))
    }

    @Test(arguments: [
        "münchen.example.test", "MÜNCHEN.example.test", "mu\u{308}nchen.example.test", "xn--mnchen-3ya.example.test", "XN--MNCHEN-3YA.example.test.",
        "https://MÜNCHEN.example.test:8443/a?b=c", "xn--mnchen-3ya.example.test:8443", "münchen.example.test.:443", "[2001:DB8:0::7]", "2001:db8::7",
        "https://[2001:db8::7]:8443/", "büro 7", "Büro 7",
    ])
    func aHostIsFoundInWhateverFormItIsAskedFor(_ asked: String) {
        var words = RecordWords()
        words.host = RecordWords.host(of: asked)
        for written in [
            #"{"resources":[{"hostname":"xn--mnchen-3ya.example.test","name":"büro 7","ip":"2001:db8::7"}]}"#,
            #"{"scope":{"targets":["München.example.test","2001:DB8::7","Büro 7"]}}"#,
            #"{"resources":[{"url":"https://MÜNCHEN.example.test./x"},{"url":"http://[2001:db8::7]/","name":"büro 7"}]}"#,
        ] {
            #expect(words.match(Array(written.utf8)), "\(asked) in \(written)")
        }
        #expect(!words.match(Array(#"{"resources":[{"hostname":"munchen.example.test","name":"büro","ip":"2001:db8::8"}]}"#.utf8)))
    }

    @Test func aListThatPassesOverMuchGoesOnWhereItStopped() async throws {
        var script = Script()
        for number in 0..<60 { script.add("\(number)", key: "k\(number)") { .finding($0, "\(number)") } }
        let gate = try Gate(script)
        for number in 0..<60 { try await gate.receive("\(number)") }
        try gate.catchUp()
        var filter = RecordFilter(.finding)
        filter.words.text = "acme finding 7"
        filter.limit = 1
        let first = try #require(try await gate.queries.records(filter))
        #expect(first.rows.map(\.uid) == [Making.uid(.finding, "7")] && first.next?.id == Making.uid(.finding, "7"))
        filter.after = first.next
        let second = try #require(try await gate.queries.records(filter))
        #expect(second.rows.isEmpty && second.next == nil)
    }

    @Test func pagesAreBoundedByBytesAndLongTextsAreCut() async throws {
        var script = Script()
        let long = String(repeating: "é😀", count: 300_000)
        script.add("long", key: "l") { entry in
            .finding(Making.finding("long", receipt: entry.number) { $0.desc = long }, says: [.status, .desc])
        }
        for number in 0..<100 {
            let text = String(repeating: "x", count: 15_000)
            script.add("\(number)", key: "k\(number)") { entry in
                .finding(Making.finding("\(number)", receipt: entry.number) { $0.desc = text }, says: [.status, .desc])
            }
        }
        let gate = try Gate(script)
        try await gate.receive("long")
        for number in 0..<100 { try await gate.receive("\(number)") }
        try gate.catchUp()
        var filter = RecordFilter(.finding)
        filter.limit = 1000
        let page = try #require(try await gate.queries.records(filter))
        #expect(page.rows.reduce(0) { $0 + $1.data.bytes.count } <= RecordLister.bytesMax)
        #expect((60..<70).contains(page.rows.count) && page.cut == 0 && page.next != nil)
        let all = try await Self.walk(gate, filter)
        #expect(all.count == 101)
        let last = try #require(all.last)
        let cut = try #require(try Record(kind: .finding, parsing: last.data).finding)
        #expect((cut.desc?.utf8.count ?? 0) <= 1027 && cut.desc?.hasSuffix("…") == true && long.hasPrefix(cut.desc?.dropLast() ?? "-"))
        #expect(try await gate.finding("long")?.desc == long)
    }

    @Test func cutsFallBetweenCharactersAndEscapes() throws {
        for character in ["a", "é", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00"] {
            for shift in 0..<12 {
                let text = String(repeating: "b", count: shift) + String(repeating: character, count: 20_000)
                let json = Array(#"{"a":"x\"y","b":"\#(text)","c":1}"#.utf8)
                let bytes = try #require(LongTexts.cut(json))
                let cut = try JSONValue(parsing: bytes)
                #expect(cut["a"] == .string("x\"y") && cut["c"]?.integerValue == 1)
                #expect((cut["b"]?.stringValue ?? "").unicodeScalars.allSatisfy { $0 != "\u{fffd}" })
            }
        }
        // What begins like a pair and is none: a syllable of Korean, and halves alone, with other escapes behind them.
        for escapes in [#"\ud7a3\""#, #"\ud83d\n"#, #"\uDBFFabcde\\"#, #"\ud83dabcde\""#, #"\ud83d\u000a"#] {
            for shift in 0..<24 {
                let text = String(repeating: "b", count: shift) + String(repeating: escapes, count: 20_000)
                let bytes = try #require(LongTexts.cut(Array(#"{"a":"\#(text)","c":1}"#.utf8)))
                #expect(try JSONValue(parsing: bytes)["c"]?.integerValue == 1, "\(escapes), \(shift)")
            }
        }
        #expect(LongTexts.cut(Array(#"{"a":"b"}"#.utf8)) == nil)
        #expect(LongTexts.cut(Array(("[" + String(repeating: "1,", count: 20_000) + "1]").utf8)) == nil)
    }

    @Test func historyIsPagedFromBothEnds() async throws {
        var script = Script()
        for number in 0..<25 {
            script.add("\(number)", key: "k\(number)", at: Int64(number)) { .finding($0, "1", severity: number % 2 == 0 ? .low : .high) }
        }
        let gate = try Gate(script)
        for number in 0..<25 { try await gate.receive("\(number)") }
        try gate.catchUp()
        for isNewestFirst in [false, true] {
            var filter = HistoryFilter(uid: Making.uid(.finding, "1"))
            filter.limit = 10
            filter.isNewestFirst = isNewestFirst
            var sequences: [UInt64] = []
            while true {
                let page = try await gate.queries.history(filter)
                #expect(page.total == 25)
                sequences += page.changes.map(\.sequence)
                guard page.next != nil else { break }
                filter.after = page.changes.last?.sequence
            }
            let all = try gate.allChanges().map(\.sequence)
            #expect(sequences == (isNewestFirst ? all.reversed() : all))
        }
    }

    @Test func aReceiptSaysWhatItMade() async throws {
        let gate = try await Self.gate()
        var oldest = EventFilter()
        oldest.isOldestFirst = true
        let first = try #require(try await gate.queries.events(oldest).first?.receipt)
        let detail = try #require(try await gate.queries.receipt(first))
        #expect(detail.event?.key == "k0" && detail.changes.map(\.type) == ["finding.opened"] && detail.changes.map(\.uid) == [Making.uid(.finding, "0")])
        #expect(try await gate.queries.receipt(999) == nil)
    }
}
