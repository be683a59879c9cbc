import FindingModel
import Foundation
import GRDB
import State
import Testing

@testable import Delivery

/// What fails is the sink, or one change: no change stands in the way of others, and no outage, whole or partial, makes a dead letter.
struct OwnFaults: Sendable {
    /// How much is tried.
    struct Extent: Sendable {
        var seeds: ClosedRange<UInt64>
        var count: UInt64
        /// One change in so many always fails.
        var oneIn: Int

        /// Each way to fail once, with and without outages and kills.
        static let short = Extent(seeds: 1...2, count: 210, oneIn: 30)
        /// The same for a system that is asked several times about each change: more of them are at fault.
        static let shortest = Extent(seeds: 1...2, count: 70, oneIn: 10)
        static let full = Extent(seeds: 1...6, count: 1000, oneIn: 100)

        /// What `make faults` wants, or `short`, which every run does.
        static func wanted(short: Extent = .short) -> Extent { ProcessInfo.processInfo.environment["WEIR_LONG_TESTS"] == nil ? short : full }
    }

    /// Asks for a plan, or for none from now on.
    let meet: @Sendable (FaultPlan?) -> Void
    /// The ids of the changes that the system has, in order.
    let received: @Sendable () throws -> [String]
    let makeSink: @Sendable (Ledger, any ChangeFeed, any DeliveryClock) throws -> any EventSink
    /// The change for a number; those of one record must arrive in order.
    let change: @Sendable (UInt64, Extent) -> Change
    /// Whether the system can tell which change a request is about; otherwise there are outages only.
    var knowsChanges = true

    private struct Running {
        var delivery: SteppedDelivery
        let sink: RecordingSink
        /// What the system had before.
        let before: Int

        var clock: SteppedClock { delivery.clock }
        var ledger: Ledger { delivery.ledger }
    }

    func run(_ extent: Extent = .wanted()) async throws {
        for seed in extent.seeds { try await tellsOneChangesFaultFromTheSinks(seed, extent, isOut: seed.isMultiple(of: 2)) }
        try await makesNoDeadLetterOfACoin(1, extent)
    }

    private func run(_ changes: [Change], _ plan: FaultPlan, seed: UInt64, _ clock: SteppedClock, _ body: (inout Running) async throws -> Void) async throws {
        let folder = try TemporaryFolder(isMemory: true)
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let feed = ArrivingFeed(changes, clock)
        let sink = RecordingSink(try makeSink(ledger, feed, clock), clock: clock)
        meet(plan)
        var running = Running(
            delivery: try await SteppedDelivery(sink, feed, ledger, clock, seed: seed), sink: sink, before: try received().count)
        try await body(&running)
        meet(nil)
        await sink.close()
        await ledger.close()
    }

    /// Changes that always fail, each in its way: the others arrive in order, each within a minute of the one at fault before it, unless the system is out
    /// in between, and the program killed; those at fault are dead letters, or rows with the sink's words.
    private func tellsOneChangesFaultFromTheSinks(_ seed: UInt64, _ extent: Extent, isOut: Bool) async throws {
        let clock = SteppedClock()
        let start = clock.now, first = 100_000 + seed * 2000, last = first + extent.count - 1
        // Most are there at once, the others come in within an hour.
        let early = extent.count * 2 / 3
        let changes = (first...last).map { number in
            var change = change(number, extent)
            let late = Int64(number - first) - Int64(early)
            change.receivedTime = start.advanced(byMilliseconds: late < 0 ? -1 : (late + 1) * 3_600_000 / Int64(extent.count - early))
            return change
        }
        let faulty = knowsChanges ? changes.filter { FaultPlan.way(of: $0.id, oneIn: extent.oneIn) != nil } : []
        let good = changes.filter { change in !faulty.contains { $0.id == change.id } }
        let plan = FaultPlan(seed: seed, .poisons(oneIn: extent.oneIn, isOut: isOut))
        try await run(changes, plan, seed: seed, clock) { running in
            let end = start.advanced(byMilliseconds: 2 * 3_600_000)
            try await running.delivery.drive(killedOnceIn: isOut ? 80 : nil) { machine, now in
                now >= end && machine.position.cursor == last && machine.dead + UInt64(machine.open.count) == UInt64(faulty.count)
            }
            let arrived = Array(try received().dropFirst(running.before))
            #expect(Set(arrived) == Set(good.map(\.id)), "seed \(seed)")
            expectOrder(arrived, good)
            if !isOut { expectPromptness(running.sink, faulty, good) }
            let words = try await running.ledger.rowsWithWords(of: running.sink.name)
            #expect(Set(words.keys) == Set(faulty.map(\.id)) && words.values.allSatisfy { !$0.isEmpty }, "seed \(seed): \(words)")
            let position = running.delivery.machine.position
            #expect(position.delivered == UInt64(good.count) && position.open == UInt64(faulty.count), "seed \(seed): \(position)")
            try await heals(&running, changes)
        }
    }

    /// Nothing is at fault any more: what waits in rows leaves by itself, and a dead letter when it is tried again.
    private func heals(_ running: inout Running, _ changes: [Change]) async throws {
        meet(nil)
        try await running.delivery.drive { machine, _ in machine.open.count == 0 }
        try await running.delivery.retryLetters()
        try await running.delivery.drive { machine, _ in machine.open.count == 0 && machine.dead == 0 }
        #expect(Set(try received().dropFirst(running.before)) == Set(changes.map(\.id)))
        let position = running.delivery.machine.position
        #expect(position.delivered == UInt64(changes.count) && position.open == 0, "\(position)")
    }

    /// Every other request fails for a day, as if one of two machines were broken: no change is the reason.
    private func makesNoDeadLetterOfACoin(_ seed: UInt64, _ extent: Extent) async throws {
        let clock = SteppedClock()
        let start = clock.now, first = 200_000 + seed * 2000, count = min(extent.count, 300), late = count / 2
        let day: Int64 = 86_400_000
        let changes = (first..<(first + count)).map { number in
            var change = change(number, extent)
            // Half are there at once, the others come in over the day.
            let index = Int64(number - first) - Int64(count - late)
            change.receivedTime = start.advanced(byMilliseconds: index < 0 ? -1 : (index + 1) * day / Int64(late))
            return change
        }
        try await run(changes, FaultPlan(seed: seed, .coin([.forbidden, .denied, .missing, .broken, .reset])), seed: seed, clock) { running in
            try await running.delivery.drive { _, now in now >= start.advanced(byMilliseconds: day) }
            #expect(try await running.ledger.letters(sink: nil, limit: 10).isEmpty)
            meet(nil)
            try await running.delivery.drive { machine, _ in machine.position.delivered == count }
            #expect(Set(try received().dropFirst(running.before)) == Set(changes.map(\.id)))
            #expect(try await running.ledger.letters(sink: nil, limit: 10).isEmpty)
        }
    }

    /// Of each record, what arrived first arrived in the order of the changes.
    private func expectOrder(_ arrived: [String], _ good: [Change]) {
        let changes = Dictionary(uniqueKeysWithValues: good.map { ($0.id, $0) })
        var last: [String: UInt64] = [:]
        var seen: Set<String> = []
        for id in arrived where seen.insert(id).inserted {
            guard let change = changes[id] else { continue }
            #expect(last[change.subject] ?? 0 < change.sequence, "\(change.subject): \(change.sequence)")
            last[change.subject] = change.sequence
        }
    }

    private func expectPromptness(_ sink: RecordingSink, _ faulty: [Change], _ good: [Change]) {
        let attempts = sink.attempts, gather = sink.limits.gatherMilliseconds / 1000
        var firsts: [UInt64: Timestamp] = [:], ends: [UInt64: Timestamp] = [:]
        for attempt in attempts {
            for sequence in attempt.sequences where firsts[sequence] == nil { firsts[sequence] = attempt.time }
            for sequence in attempt.taken where ends[sequence] == nil { ends[sequence] = attempt.time }
        }
        for change in good {
            guard let poison = faulty.last(where: { $0.sequence < change.sequence }), let failed = firsts[poison.sequence], let end = ends[change.sequence]
            else {
                continue
            }
            let seconds = (end.milliseconds - max(failed, change.receivedTime).milliseconds) / 1000
            // A sink whose changes gather takes that long as well.
            #expect(seconds <= 60 + gather, "\(change.sequence) left \(seconds) s after \(poison.sequence) failed")
        }
    }
}

extension Ledger {
    /// The changes of a sink that have rows, each with the sink's words.
    fileprivate func rowsWithWords(of sink: String) async throws -> [String: String] {
        try await read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT change, coalesce(words, '') FROM items WHERE sink = ?", arguments: [sink])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as String) })
        }
    }
}
