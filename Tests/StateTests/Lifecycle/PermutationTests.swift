import FindingModel
import Testing

@testable import State

/// Any order of the same events, with repetitions, ends in the same record.
struct PermutationTests {
    private static let seed: UInt64 = 20_261_121

    private static func stamp(_ at: Int64, rank: UInt32, hash: UInt64, entry: UInt64) -> Stamp {
        Stamp(time: Making.time(at), rank: rank, hash: hash, entry: entry)
    }

    /// A finding's life with everything that can go wrong in it: fixes, reopenings, equal times, partial events, scans.
    private static let findingLife: [@Sendable (inout FindingState) -> Void] = {
        typealias Line = (at: Int64, rank: UInt32, says: FindingFields, change: @Sendable (inout Finding) -> Void)
        let lines: [Line] = [
            (
                1, 0, [.status, .severity, .title, .resources],
                {
                    $0.status = .open; $0.severity = .low; $0.title = "a"; $0.resources = [Making.resource("h1")]
                }
            ),
            (
                2, 1, [.status],
                {
                    $0.status = .inProgress; $0.vendorStatus = "triaged"
                }
            ),
            (
                3, 1, [.severity, .vulnerabilities],
                {
                    $0.severity = .high; $0.vulnerabilities = [Vulnerability(id: "CVE-1", type: .cve)]
                }
            ),
            (
                3, 1, [.severity, .title],
                {
                    $0.severity = .medium; $0.title = "b"
                }
            ),
            (
                4, 1, [.status, .fixedTime],
                {
                    $0.status = .fixed; $0.fixedTime = Making.time(3)
                }
            ),
            (
                5, 0, [.status, .firstSeen, .evidence],
                {
                    $0.status = .open; $0.firstSeenTime = Making.time(-9); $0.evidence = [Evidence(summary: "e")]
                }
            ),
            (
                5, 1, [.status, .evidence],
                {
                    $0.status = .accepted; $0.evidence = [Evidence(summary: String(repeating: "y", count: 20_000))]
                }
            ),
            (
                6, 0, [.resources, .labels, .lastSeen],
                {
                    $0.resources = [Making.resource("h2")]; $0.labels = ["x"]; $0.lastSeenTime = Making.time(99)
                }
            ),
            (
                7, 0, [.status, .unmapped],
                {
                    $0.status = .unknown; $0.unmapped = RawJSON(bytes: Array("{}".utf8))
                }
            ),
            (
                8, 0, [.status, .tickets],
                {
                    $0.status = .open; $0.tickets = [Ticket(uid: "T1")]
                }
            ),
            (
                8, 0, [.status, .tickets],
                {
                    $0.status = .falsePositive; $0.tickets = [Ticket(uid: "T2")]
                }
            ),
        ]
        var steps: [@Sendable (inout FindingState) -> Void] = lines.enumerated().map { index, line in
            let entry = UInt64(index + 1)
            let finding = Making.finding(receipt: entry, line.change)
            let stamp = stamp(line.at, rank: line.rank, hash: ContentHash.of(finding, says: line.says), entry: entry)
            return { $0.apply(finding, says: line.says, stamp: stamp, generation: 1) }
        }
        for (at, entry) in [(Int64(4), UInt64(50)), (9, 51), (2, 52)] {
            steps.append { $0.applyClosed(stamp: stamp(at, rank: 1, hash: 5, entry: entry), raw: Making.raw(entry)) }
            steps.append { $0.applyListed(stamp: stamp(at + 1, rank: 1, hash: 6, entry: entry + 10), raw: Making.raw(entry + 10)) }
        }
        return steps
    }()

    private static let scanLife: [@Sendable (inout ScanState) -> Void] = {
        let lines: [(at: Int64, rank: UInt32, says: ScanFields, change: @Sendable (inout Scan) -> Void)] = [
            (
                1, 0, [.status, .name],
                {
                    $0.status = .queued; $0.name = "n"
                }
            ),
            (
                2, 1, [.status, .progress],
                {
                    $0.status = .started; $0.progress = 3
                }
            ),
            (
                3, 1, [.progress, .type],
                {
                    $0.progress = 57; $0.type = "web"
                }
            ),
            (3, 1, [.progress], { $0.progress = 58 }),
            (
                3, 2, [.status, .totals],
                {
                    $0.status = .completed; $0.totals = Scan.Totals()
                }
            ),
            (
                4, 1, [.status, .errors],
                {
                    $0.status = .failed; $0.errors = ["e"]
                }
            ),
            (
                4, 1, [.status, .errors],
                {
                    $0.status = .cancelled; $0.errors = ["f"]
                }
            ),
            (
                5, 0, [.endTime, .findingUIDs],
                {
                    $0.endTime = Making.time(5); $0.findingUIDs = .init(closed: ["f_1"])
                }
            ),
        ]
        return lines.enumerated().map { index, line in
            let scan = Making.scan(receipt: UInt64(index + 1), line.change)
            let stamp = stamp(line.at, rank: line.rank, hash: ContentHash.of(scan, says: line.says), entry: UInt64(index + 1))
            return { $0.apply(scan, says: line.says, stamp: stamp) }
        }
    }()

    @Test func thousandOrdersOfAFindingsEventsEndInOneRecord() throws {
        try expectOneEnd(of: Self.findingLife, from: FindingState())
    }

    @Test func thousandOrdersOfAScansEventsEndInOneRecord() throws {
        try expectOneEnd(of: Self.scanLife, from: ScanState())
    }

    @Test func randomLivesOfAFindingEndInOneRecordInAnyOrder() throws {
        var generator = SeededGenerator(seed: Self.seed)
        for life in 0..<300 {
            let steps = (0..<Int.random(in: 2...14, using: &generator)).map { Self.randomStep(UInt64($0 + 1), &generator) }
            try expectOneEnd(of: steps, from: FindingState(), orders: 12, "life \(life)")
        }
    }

    /// One word about a finding: of few moments, so that many are of one, with every status, coarse times, and lists of scans.
    private static func randomStep(_ entry: UInt64, _ generator: inout SeededGenerator) -> @Sendable (inout FindingState) -> Void {
        let at = Int64.random(in: 0...6, using: &generator)
        var stamp = stamp(at, rank: UInt32.random(in: 0...1, using: &generator), hash: UInt64.random(in: 0...3, using: &generator), entry: entry)
        stamp.spread = [0, 0, 999, 59_999].randomElement(using: &generator) ?? 0
        let kind = Int.random(in: 0..<10, using: &generator)
        if kind == 0 { return { [stamp] in $0.applyClosed(stamp: stamp, raw: Making.raw(entry)) } }
        if kind == 1 { return { [stamp] in $0.applyListed(stamp: stamp, raw: Making.raw(entry)) } }
        var says: FindingFields = kind == 2 ? [] : [.status]
        for group in [FindingFields.labels, .title, .fixedTime, .firstSeen, .lastSeen] where Bool.random(using: &generator) { says.insert(group) }
        let status = FindingStatus.allCases.randomElement(using: &generator) ?? .open
        let finding = Making.finding(receipt: entry) { [says] in
            // An empty list is said as well; what is not said holds a default.
            if says.contains(.labels) { $0.labels = entry % 2 == 0 ? [] : ["label \(entry)"] }
            if says.contains(.title) { $0.title = "title \(entry)" }
            if says.contains(.fixedTime) { $0.fixedTime = Making.time(at - 1) }
            if says.contains(.firstSeen) { $0.firstSeenTime = Making.time(at - 2) }
            if says.contains(.lastSeen) { $0.lastSeenTime = Making.time(at + 3) }
            guard says.contains(.status) else { return }
            $0.status = status
            $0.vendorStatus = "\(status.word) \(at % 2)"
        }
        stamp.hash = ContentHash.of(finding, says: says)
        return { [stamp, says] in $0.apply(finding, says: says, stamp: stamp) }
    }

    private func expectOneEnd<S: Equatable>(
        of life: [@Sendable (inout S) -> Void], from beginning: S, orders: Int = 1000, _ name: String = ""
    ) throws {
        var generator = SeededGenerator(seed: Self.seed)
        var expected = beginning
        for step in life { step(&expected) }
        for round in 0..<orders {
            var order = life.indices.shuffled(using: &generator)
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                order.insert(life.indices.randomElement(using: &generator) ?? 0, at: Int.random(in: 0...order.count, using: &generator))
            }
            var state = beginning
            for index in order { life[index](&state) }
            try #require(state == expected, "seed \(Self.seed), \(name), round \(round), order \(order)")
        }
    }
}
