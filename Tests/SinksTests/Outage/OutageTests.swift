import Delivery
import FindingModel
import Testing

/// A receiver that is away for long, in every way in which one can be.
struct OutageTests {
    private static let hour: Int64 = 3_600_000

    /// Refused, busy, busy until a time, and silent, in turn; `Retry-After` in seconds.
    private static func presences(retryAfter: Int) -> [AbsentPeer.Presence] {
        [.refusing, .unavailable, .slowDown(retryAfter), .refusing, .silent, .slowDown(retryAfter), .refusing, .unavailable]
    }

    @Test func aDayAwayLosesNothing() async throws {
        let outage = try await Outage(.init(milliseconds: 24 * Self.hour, presences: Self.presences(retryAfter: 120), arrivals: 20))
        try await survive(outage)
        // Six of eight waits are 150 s on average, the others 120 s; the first ones are shorter.
        let attempts = outage.attempts
        #expect(attempts.count < 750, "\(attempts.count) attempts")
        for (attempt, next) in zip(attempts, attempts.dropFirst()) {
            let wait = next.time.milliseconds - attempt.time.milliseconds
            if let asked = attempt.failure?.retryAfter { #expect(wait == asked.wholeMilliseconds) } else { #expect(wait <= 300_000) }
        }
    }

    @Test func tenDaysAwayWithARestartLoseNothing() async throws {
        let outage = try await Outage(.init(milliseconds: 240 * Self.hour, presences: Self.presences(retryAfter: 3600), arrivals: 3))
        try await survive(outage, restartAfter: 120 * Self.hour)
        #expect(outage.attempts.count < 1200, "\(outage.attempts.count) attempts")
    }

    private func survive(_ outage: Outage, restartAfter restart: Int64? = nil) async throws {
        try await outage.changes.receive(250)
        let first = try outage.start()
        await eventually(within: 60) { await first.statuses()[0].pending == 0 }
        let before = outage.peer.taken.count
        let rows = try await outage.ledger.deliveries(limit: 100_000).count
        let read = outage.feed.read
        let start = outage.clock.now
        try await outage.begin()
        var service = first
        if let restart {
            await eventually(within: 120) { outage.clock.now >= start.advanced(byMilliseconds: restart) }
            await first.stop(within: .seconds(5))
            service = try outage.start()
        }
        await eventually(within: 120) { outage.isAtEnd }
        // Whatever waits, a sink that is away has about two batches in memory, no rows, and its cursor.
        let status = await service.statuses()[0]
        let last = try await outage.feed.lastSequence()
        #expect(status.position.cursor == UInt64(before) && status.pending == last - UInt64(before) && last > 2000)
        #expect(status.state.word == "retrying" && status.position.open == 0 && outage.feed.read - read < 1200)
        if let since = status.state.outage?.since, restart == nil { #expect(since.milliseconds - start.milliseconds < Self.hour) }
        #expect(try await outage.ledger.deliveries(limit: 100_000).count == rows)
        try outage.end()
        await eventually(within: 120) { [service] in
            let status = await service.statuses()[0]
            return status.pending == 0 && status.position.open == 0
        }
        await service.stop(within: .seconds(5))

        // A request that got no answer may have been one change's fault, so others went first.
        #expect(Set(outage.peer.taken) == Set(1...last))
        #expect(outage.peer.unanswered.isSubset(of: 1...last) && !outage.peer.unanswered.isEmpty)
        #expect(try await outage.ledger.letters(sink: nil, limit: 10).isEmpty)
        let position = try #require(try await outage.ledger.position(of: Outage.sinkName))
        #expect(position.cursor == last && position.delivered == last && position.open == 0 && position.expired == 0)
        expectEveryKindOfFailure(outage)
        await outage.close()
    }

    private func expectEveryKindOfFailure(_ outage: Outage) {
        let failures = outage.attempts.compactMap(\.failure)
        #expect(Set(failures.map(\.status)) == [nil, 503, 429])
        let words = Set(failures.filter { $0.status == nil }.map(\.reason))
        #expect(words.count >= 2, "\(words)")
    }
}
