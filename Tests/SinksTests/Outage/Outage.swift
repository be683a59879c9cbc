import CurlTransport
import Delivery
import FindingModel
import Logging
import Synchronization
import Testing

@testable import Sinks

/// A sink whose receiver is away while days go by and changes come in: journal, state.db, ledger.db and HTTP are real, and only the time is not.
final class Outage: Sendable {
    struct Plan: Sendable {
        let milliseconds: Int64
        /// How the receiver is away, in turn, from one attempt to the next.
        let presences: [AbsentPeer.Presence]
        /// Changes that come in between two attempts.
        let arrivals: Int
    }

    private struct State {
        var begin = Timestamp(milliseconds: 0)
        /// When the receiver comes back; nothing while it is here.
        var end: Timestamp?
        var turns = 0
        var isAtEnd = false
        var isOver = false
    }

    static let sinkName = "hook"

    let plan: Plan
    let clock = JumpingClock()
    let folder: TemporaryFolder
    let ledger: Ledger
    let changes: ProjectedChanges
    let feed: CountingFeed
    let peer: AbsentPeer
    private let transport: CurlTransport
    private let recorded = Mutex<[RecordingSink]>([])
    private let state = Mutex(State())

    init(_ plan: Plan) async throws {
        self.plan = plan
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
        changes = try await ProjectedChanges(in: folder.path, clock: clock)
        feed = CountingFeed(changes.feed)
        peer = try AbsentPeer()
        transport = try CurlTransport()
        clock.beforeEachWait { [weak self] in await self?.turn() }
    }

    /// The failed attempts of all services while the receiver was away, in order.
    var attempts: [RecordingSink.Attempt] {
        let (begin, end) = state.withLock { ($0.begin, $0.begin.advanced(byMilliseconds: plan.milliseconds)) }
        return recorded.withLock { $0.flatMap(\.attempts) }.filter { $0.failure != nil && (begin..<end).contains($0.time) }
    }

    /// Begins to deliver, as after a start of the program.
    func start() throws -> DeliveryService {
        var options = WebhookSinkOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback))
        options.batch = 100
        // For a machine on which nothing else runs far too much; a request that takes longer comes again, and the peer knows it.
        options.destination.timeout = .milliseconds(100)
        let sink = RecordingSink(try WebhookSink(name: Self.sinkName, options: options, transport: transport, version: "1", clock: clock), clock: clock)
        recorded.withLock { $0.append(sink) }
        let service = DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: [Self.sinkName])], clock: clock,
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        service.start()
        return service
    }

    /// From now on the receiver is away.
    func begin() async throws {
        try peer.become(plan.presences[0])
        state.withLock { state in
            state.begin = clock.now
            state.end = state.begin.advanced(byMilliseconds: plan.milliseconds)
        }
        try await changes.receive(1)
    }

    /// Whether the time is up; nothing goes on then before `end`.
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    /// The receiver is back.
    func end() throws {
        try peer.become(.here)
        state.withLock { state in
            state.end = nil
            state.isOver = true
        }
    }

    func close() async {
        await changes.close()
        await ledger.close()
        await transport.shutdown()
    }

    /// What happens between two attempts.
    private func turn() async {
        guard let end = state.withLock({ $0.end }) else { return }
        if clock.now >= end {
            state.withLock { $0.isAtEnd = true }
            return await eventually(within: 60) { state.withLock { $0.isOver } }
        }
        let turn = state.withLock { state in
            state.turns += 1
            return state.turns
        }
        do {
            try await changes.receive(plan.arrivals)
            try peer.become(plan.presences[turn % plan.presences.count])
        } catch {
            Issue.record("\(error)")
        }
    }
}
