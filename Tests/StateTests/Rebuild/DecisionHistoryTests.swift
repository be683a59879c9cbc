import Adapters
import FindingModel
import Journal
import Testing

@testable import State

/// Whatever was received, voided, rebuilt and lost in whichever order: an entry has its effect at its own place, and state.db made again is the same.
struct DecisionHistoryTests {
    private static let sources = ["shop", "site", "gone"]

    /// Receipts that each configuration makes something else of.
    private static var script: Script {
        var script = Script()
        let statuses: [FindingStatus] = [.open, .fixed, .open, .accepted, .inProgress]
        for number in 0..<60 {
            script.add("f\(number)") { entry, generation in
                let key = "\(number % 11)", shade = (UInt64(number) + generation) % 4
                let seconds: Int64? = number % 6 == 0 ? nil : Int64(number * 7 % 90)
                return MappedEvent(
                    key: number % 4 == 0 ? nil : "k\(number % 40)", kind: number % 19 == 0 ? "kind(\(number % 3))" : "f", kindRank: 0,
                    time: seconds.map { Making.time($0) },
                    latestTime: seconds.map { Making.time($0) }, ignored: shade == 3 && number % 5 == 0,
                    records: [Self.finding(entry, key, statuses[number % statuses.count], number, shade)], drift: Self.drift(number, shade))
            }
        }
        for number in 0..<12 {
            script.add("s\(number)", key: "s\(number)", at: Int64(number), rank: 1) {
                .scan($0, "\(number % 3)", number % 4 == 3 ? .completed : .started, progress: Int64(number * 5), closed: ["\(number % 11)"])
            }
        }
        for generation in 5...9 { script.missing[UInt64(generation)] = ["gone"] }
        return script
    }

    /// Words that some receipts share, and configurations know or do not.
    private static func drift(_ number: Int, _ shade: UInt64) -> [Drift] {
        var drift: [Drift] = []
        if number % 13 == 0 { drift.append(Drift(kind: .field, place: "$.(\(number % 5))")) }
        if number % 3 == 1, shade < 3 { drift.append(Drift(kind: .enum, place: "$.e: word(\(number % 7).\(shade))")) }
        if number % 4 == 1 { drift.append(Drift(kind: .enum, place: "$.\(number % 9): own(\(number))")) }
        if number % 19 == 0 { drift.append(Drift(kind: .kind, place: "kind(\(number % 3))")) }
        if number % 8 == 1 { drift.append(Drift(kind: .json, place: "$.json\(number % 3)")) }
        return drift
    }

    /// What receipts of that body can have drifted with.
    private static func words(of body: String) -> Set<String> {
        guard let number = Int(body.dropFirst()), body.first == "f" else { return [] }
        return Set((0..<4).flatMap { drift(number, $0) }.filter { $0.kind != .json }.map(\.place))
    }

    /// A finding whose words are few enough to be said again.
    private static func finding(_ entry: Entry, _ key: String, _ status: FindingStatus, _ number: Int, _ shade: UInt64) -> MappedRecord {
        var says: FindingFields = [.status, .severity]
        let finding = Making.finding(key, receipt: entry.number) {
            $0.status = status
            $0.severity = [.low, .high, .critical, .medium][Int(shade)]
            if number % 3 != 0 {
                $0.title = "words \(number % 4) \(shade % 2)"
                says.insert(.title)
            }
            if number % 5 == 1 {
                $0.resources = [Making.resource("h\(number % 2).example")]
                $0.rule = Rule(name: "r\(number % 2)")
                says.formUnion([.resources, .rule])
            }
            if number % 5 == 2 {
                $0.vulnerabilities = [Vulnerability(id: "CVE-2024-000\(shade)", type: .cve)]
                says.insert(.vulnerabilities)
            }
            if number % 7 == 3 {
                $0.desc = "more words \(number)"
                $0.vendorStatus = "status \(number)"
                $0.evidence = [Evidence(summary: String(repeating: "e", count: number % 2 == 0 ? 10 : 20_000))]
                says.formUnion([.desc, .evidence])
            }
            $0.fingerprints.setCross(resources: $0.resources, vulnerabilities: $0.vulnerabilities, rule: $0.rule)
        }
        return .finding(finding, says: says)
    }

    /// The stretch between two moments by the wall clock, or by receipt times as older versions have it, or by receipts' numbers.
    private func bounds(_ from: Int64, _ to: Int64, _ generator: inout SeededGenerator) -> (ReceiptBound, ReceiptBound) {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: (.wall(Making.time(from)), .wall(Making.time(to)))
        case 1: (.received(Making.time(from)), .received(Making.time(to)))
        default: (.receipt(UInt64(clamping: from - 980)), .receipt(UInt64(clamping: to - 980)))
        }
    }

    /// Appends what one step of a history brings.
    private func step(_ gate: Gate, _ round: Int, erases: Bool, _ generator: inout SeededGenerator) async throws {
        // The clock is set back a little now and then, and is an hour ahead once in a while: then receipt times go back behind it.
        let slip: Int64 = [0, 0, 0, -.random(in: 1...20, using: &generator)].randomElement(using: &generator) ?? 0
        gate.setTime(Int64(1000 + round) + slip + (Int.random(in: 0..<40, using: &generator) == 0 ? 3600 : 0))
        switch Int.random(in: 0..<100, using: &generator) {
        case 10..<24 where erases:
            let number = UInt64.random(in: 1...gate.journal.watermark, using: &generator)
            try gate.catchUp()
            guard try EntrySource(gate.journal).entry(number)?.kind == .receipt else { return }
            try await gate.erase(number, active: .random(in: 1...9, using: &generator))
        case 0..<4: _ = try await gate.append(RebuildNote(generation: .random(in: 1...9, using: &generator)).draft)
        case 4..<8:
            let from = Int64.random(in: 990...Int64(1000 + round), using: &generator)
            let (beginning, end) = bounds(from, from + .random(in: 1...30, using: &generator), &generator)
            let decision = VoidDecision(
                source: Self.sources.randomElement(using: &generator) ?? "", beginning: beginning, end: end, reason: "a test",
                reachesBack: .random(in: 0..<5, using: &generator) > 0, takesWaiting: round % 7 > 0)
            _ = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
        case 8..<10:
            let note = RecoveryNote(tag: "tag\(10_000 + round)", reason: .retagged("round \(round)"))
            _ = try await gate.append(EntryDraft(kind: .recovery, body: note.bytes))
        default:
            let name = Self.script.lines.keys.sorted().randomElement(using: &generator) ?? ""
            try await gate.receive(name, source: Self.sources.randomElement(using: &generator) ?? "", generation: .random(in: 0...3, using: &generator))
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func stateMadeAgainIsTheSameWhateverWasDecided(seed: UInt64) async throws { try await live(seed: seed, erases: false) }

    @Test(arguments: [11, 12, 13, 14, 15, 16] as [UInt64])
    func stateMadeAgainIsTheSameWhateverWasDecidedAndErased(seed: UInt64) async throws { try await live(seed: seed, erases: true) }

    private func live(seed: UInt64, erases: Bool) async throws {
        var generator = SeededGenerator(seed: seed)
        let gate = try Gate(Self.script)
        for round in 0..<160 {
            try await step(gate, round, erases: erases, &generator)
            // The gateway is often done before the next entry comes, and sometimes far behind.
            if Int.random(in: 0..<3, using: &generator) == 0 { try gate.catchUp(batch: .random(in: 1...20, using: &generator)) }
            guard Int.random(in: 0..<60, using: &generator) == 0 else { continue }
            try gate.catchUp()
            try compare(gate, with: "lost-\(round).db", batch: 7, "seed \(seed), round \(round)")
        }
        try gate.catchUp()
        try compare(gate, with: "replay.db", batch: .random(in: 1...50, using: &generator), "seed \(seed)")
        let changes = try gate.allChanges()
        #expect(changes.map(\.sequence) == Array(1...UInt64(changes.count)), "seed \(seed)")
        #expect(Set(changes.map(\.id)).count == changes.count, "seed \(seed)")
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds, "seed \(seed)")
        try await expectErasedWordsAreGone(gate, "seed \(seed)")
        await gate.journal.stop()
    }

    /// Expects that no file holds a word of drift that only erased receipts had.
    private func expectErasedWordsAreGone(_ gate: Gate, _ what: String) async throws {
        var gone: Set<String> = [], kept: Set<String> = []
        var reader = EntrySource(gate.journal).reader(1)
        while let entries = try? reader.entries(limit: 1024, maxBytes: 8 << 20), !entries.isEmpty {
            for entry in entries where entry.kind == .receipt {
                let name = Self.script.lines.keys.first { EntryDraft(kind: .receipt, body: Array($0.utf8)).bodySHA256 == entry.bodySHA256 }
                if entry.body == .erased { gone.formUnion(Self.words(of: name ?? "")) } else { kept.formUnion(Self.words(of: name ?? "")) }
            }
        }
        gone.subtract(kept)
        try await gate.store.compact()
        for word in gone.sorted() { #expect(try gate.files(containing: word) == [], "\(what): \(word)") }
    }

    private func compare(_ gate: Gate, with state: String, batch: Int, _ what: String) throws {
        let replay = try Gate(beside: gate, state: state)
        try replay.catchUp(batch: batch)
        let before = try gate.dump(), after = try replay.dump()
        let missing = before.filter { !after.contains($0) }.prefix(3), added = after.filter { !before.contains($0) }.prefix(3)
        #expect(before == after, "\(what): missing \(missing), instead \(added)")
        replay.store.close()
    }
}
