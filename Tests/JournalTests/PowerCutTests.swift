import FindingModel
import Synchronization
import Testing

@testable import Journal

/// Random lives that end with a power cut: never a lost acknowledgement, never an entry that nobody appended.
struct PowerCutTests {
    /// What was promised, over all lives.
    private struct Ledger {
        var acknowledged: [UInt64: String] = [:]
        var attempted: Set<String> = []
        var lost = 0
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func nothingAcknowledgedIsLost(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed), ledger = Ledger()
        var disk = SimulatedDisk()
        for life in 0..<4 { disk = try await Self.live(disk, life, seed: seed, &random, &ledger, lies: false) }
        #expect(ledger.lost == 0, "seed \(seed)")
    }

    @Test func aDiskThatLiesLosesSome() async throws {
        var lost = 0
        for seed in UInt64(1)...8 {
            var random = SeededGenerator(seed: seed), ledger = Ledger()
            var disk = SimulatedDisk()
            disk.state.withLock { _ = $0.directories.insert(SimulatedDisk.directory) }
            for life in 0..<2 { disk = try await Self.live(disk, life, seed: seed, &random, &ledger, lies: life == 1) }
            lost += ledger.lost
        }
        #expect(lost > 0, "the test must be able to see a loss")
    }

    /// Checks what is there, appends until the power goes, and gives the disk that is left.
    private static func live(
        _ disk: SimulatedDisk, _ life: Int, seed: UInt64, _ random: inout SeededGenerator, _ ledger: inout Ledger, lies: Bool
    ) async throws -> SimulatedDisk {
        let (journal, recovery) = try SegmentJournal.open(disk.options(segmentBytes: 24 << 10, seed: seed &* 31 &+ UInt64(life)))
        try check(journal, recovery, &ledger, "seed \(seed), life \(life)")
        disk.state.withLock { $0.lies = lies }
        disk.cutPower(afterCalls: Int.random(in: 1...120, using: &random))
        let collector = Collector()
        var bodies: [String] = []
        while bodies.count < 400, journal.availability != .failed {
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let body = "\(seed)-\(life)-\(bodies.count)-" + String(repeating: "q", count: Int.random(in: 0..<3000, using: &random))
                ledger.attempted.insert(body)
                journal.append(.receipt(body), token: UInt64(bodies.count), to: collector)
                bodies.append(body)
            }
            if Bool.random(using: &random) { await collector.wait(for: bodies.count) }
        }
        await collector.wait(for: bodies.count)
        for (token, outcome) in collector.outcomes {
            if case .success(let appended) = outcome { ledger.acknowledged[appended.number] = bodies[Int(token)] }
        }
        let after = disk.afterPowerCut(&random)
        await journal.stop()
        if life == 3 || lies {
            let (last, recovery) = try SegmentJournal.open(after.options(segmentBytes: 24 << 10, seed: seed &* 31 &+ 99))
            try check(last, recovery, &ledger, "seed \(seed), at the end", lies: lies)
            await last.stop()
            #expect(try after.verify().isIntact || lies, "seed \(seed)")
        }
        return after
    }

    /// - Parameter lies: The disk lied: it may have lost something in the middle of what nobody was promised, too.
    private static func check(
        _ journal: SegmentJournal, _ recovery: RecoveryReport, _ ledger: inout Ledger, _ place: String, lies: Bool = false
    ) throws {
        var reader = journal.reader(from: 1)
        let entries = try reader.all()
        let texts = Dictionary(entries.map { ($0.number, $0.text) }, uniquingKeysWith: { first, _ in first })
        ledger.lost += ledger.acknowledged.count { texts[$0.key] != $0.value }
        let invented = entries.filter { $0.kind == .receipt && $0.text.map { !ledger.attempted.contains($0) } ?? false }.map(\.number)
        #expect(invented.isEmpty, "\(place)")
        guard ledger.lost == 0, !lies else { return }
        #expect(entries.map(\.number) == Array(1...max(1, journal.watermark)), "\(place)")
        #expect(reader.skipped.isEmpty && recovery.damaged.isEmpty && recovery.unreadable.isEmpty, "\(place): \(recovery.sentences)")
    }
}
