import FindingModel
import Testing

@testable import Delivery

struct LedgerRetentionTests {
    private static let day: Int64 = 86_400_000
    private static let kept = 90 * day

    private let folder: TemporaryFolder
    private let ledger: Ledger
    private let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
    }

    /// A sink that was told something ten times a day for 300 days, with a dead letter, a ticket and a replay from its first.
    private func fill() async throws {
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        let begin = clock.now.advanced(byMilliseconds: -300 * Self.day)
        var write = LedgerWrite(
            position: SinkPosition(name: "a", start: 0, cursor: 3001, anchor: "abcdefgh-3001-1", delivered: 3000, filtered: 0, expired: 0, open: 1))
        write.deliveries = (1...3000).map { number in
            DeliveryRow(
                sink: "a", firstSequence: number, lastSequence: number, count: 1, sequences: nil,
                time: begin.advanced(byMilliseconds: Int64(number) * Self.day / 10), status: 200, remoteID: nil)
        }
        let dead = OpenItem(
            sequence: 3001, changeID: "abcdefgh-3001-1", uid: "f_1", type: "finding.opened", state: .dead, attempts: 1, since: begin, next: begin, waited: 0)
        write.rows = [.put(dead, DeliveryFailure("no"))]
        try await ledger.apply(write, after: 0)
        var link = TicketLink(uid: "f_1", mark: "weir-f_1", state: .linked, intended: begin)
        link.created = begin
        try await ledger.put([link], sink: "a")
        try await ledger.insert(ReplayJob(sink: "a", first: 1, last: 5, types: [], rate: nil, created: begin, who: "alice"))
    }

    private func rows() async throws -> [DeliveryRow] { try await ledger.deliveries(limit: 10_000) }

    /// Everything but the rows about requests, as text.
    private func rest() async throws -> [String] {
        let letters = try await ledger.letters(sink: nil, limit: 10).map { "\($0.item) \($0.words ?? "")" }
        let ticket = try await ledger.ticket(of: "f_1", sink: "a")
        let job = try await ledger.nextReplay(of: "a")
        return try await ledger.positions().map { "\($0)" } + letters + ["\(ticket.debugDescription) \(job.debugDescription)"]
    }

    /// Lets the pauses pass until the next look is an hour away.
    private func finishLook() async {
        for _ in 0..<20 {
            await eventually { clock.sleeping == 1 }
            if clock.waits.last == LedgerRetention.interval { return }
            clock.advance(by: LedgerRetention.pause)
        }
    }

    @Test func whatIsOldGoesInSmallStepsAndNothingElseDoes() async throws {
        try await fill()
        let rest = try await rest()
        let retention = LedgerRetention(ledger, keeping: Self.kept, clock: clock, log: .silent)
        await eventually { clock.sleeping == 1 }
        #expect(try await rows().count == 3000 - LedgerRetention.rowsAtATime)
        await finishLook()
        let oldest = clock.now.advanced(byMilliseconds: -Self.kept)
        // The look took five pauses.
        let kept = try await rows()
        #expect(kept.count == 901 && kept.allSatisfy { $0.time >= oldest.advanced(byMilliseconds: -1000) })
        #expect(clock.waits.count == 6)
        // Ten days, and those pauses, later a hundred and one more are old.
        clock.advance(by: .seconds(10 * 86_400))
        await finishLook()
        #expect(try await rows().count == 800)
        clock.advance(by: .seconds(86_400 * 365))
        await finishLook()
        #expect(try await rows().isEmpty)
        #expect(try await self.rest() == rest)
        await retention.stop()
        await ledger.close()
    }

    @Test func aLedgerThatCannotBeUsedIsLookedAtAgain() async throws {
        try await fill()
        await ledger.close()
        let retention = LedgerRetention(ledger, keeping: Self.kept, clock: clock, log: .silent)
        await eventually { clock.sleeping == 1 }
        try await ledger.reopen(since: ledger.generation)
        #expect(try await rows().count == 3000)
        clock.advance(by: LedgerRetention.interval)
        await eventually { clock.waits.count == 2 }
        await finishLook()
        #expect(try await rows().count == 900)
        await retention.stop()
        await ledger.close()
    }
}
