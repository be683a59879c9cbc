import FindingModel
import JSONDocument
import Journal
import NIOCore

/// What belongs to one event loop, and is used on it only: its connections, its parser, and the appends that it waits for.
final class Shard {
    /// An append that the journal has not answered yet.
    private struct PendingAppend {
        let connection: Connection
        let request: RequestContext
        let bytes: Int
    }

    let loop: any EventLoop
    let shared: SharedState
    private(set) var routing: RoutingTable
    var parser = JSONParser()
    var writer = AnswerWriter()
    /// Whether new requests are refused because the gateway is stopping.
    private(set) var isStopping = false
    private(set) var receiver: LoopReceiver?
    private var pending = PendingTable<PendingAppend>()
    private var connections: [Connection] = []
    private var isTicking = false
    private var drained: EventLoopPromise<Void>?

    init(loop: any EventLoop, shared: SharedState, routing: RoutingTable) {
        self.loop = loop
        self.shared = shared
        self.routing = routing
        receiver = LoopReceiver(loop: loop, shard: NIOLoopBound(self, eventLoop: loop))
    }

    /// Puts another source table in force, for requests whose head has not come yet.
    func replace(_ routing: RoutingTable) { self.routing = routing }

    // MARK: Connections

    /// Looks after `connection` until it is removed.
    func add(_ connection: Connection) {
        connection.place = connections.count
        connections.append(connection)
        startTicking()
    }

    func remove(_ connection: Connection) {
        let place = connection.place
        guard place >= 0, place < connections.count, connections[place] === connection, let last = connections.popLast() else { return }
        connection.place = -1
        guard last !== connection else { return }
        connections[place] = last
        last.place = place
    }

    private func startTicking() {
        guard !isTicking else { return }
        isTicking = true
        scheduleTick()
    }

    private func scheduleTick() { loop.assumeIsolated().scheduleTask(in: shared.times.tick) { [weak self] in self?.tick() } }

    private func tick() {
        let now = NIODeadline.now()
        for connection in connections { connection.tick(at: now) }
        if let drained, !connections.contains(where: \.isBusy) {
            self.drained = nil
            drained.succeed(())
        }
        guard !connections.isEmpty || drained != nil else {
            isTicking = false
            return
        }
        scheduleTick()
    }

    // MARK: Appending

    /// Hands `draft` to the journal and says under which token `connection` will be answered.
    func append(_ draft: EntryDraft, for connection: Connection, request: RequestContext, bytes: Int) -> UInt64? {
        guard let receiver else { return nil }
        let token = pending.insert(PendingAppend(connection: connection, request: request, bytes: bytes))
        shared.journal.append(draft, token: token, to: receiver)
        return token
    }

    /// Answers the requests whose appends have ended, whoever of their clients is still there.
    func settle(_ outcomes: [AppendOutcome]) {
        let now = NIODeadline.now()
        let wall = shared.clock()
        for (token, outcome) in outcomes {
            guard let append = pending.remove(token) else { continue }
            let request = append.request
            shared.release(request.charged, for: request.address)
            let isAwaited = append.connection.awaiting == token
            switch outcome {
            case .success(let appended):
                request.source.counters.accept(bytes: append.bytes, duplicate: appended.duplicate, late: !isAwaited)
                if isAwaited { append.connection.accepted(appended, at: now, wall: wall) }
            case .failure(let error):
                if isAwaited { append.connection.appendFailed(Self.refusal(for: error, size: append.bytes), request, at: now) }
            }
        }
    }

    /// The request that waits under `token`, and the size of its body.
    func request(of token: UInt64) -> (request: RequestContext, bytes: Int)? { pending[token].map { ($0.request, $0.bytes) } }

    private static func refusal(for error: JournalError, size: Int) -> Refusal {
        switch error.code {
        case .diskFull, .diskReserve: Refusal(.diskReserve, size: size)
        case .stopping: Refusal(.stopping, size: size)
        case .busy: Refusal(.journalStalled, size: size)
        case .tooLarge: Refusal(.bodyTooLarge, size: size)
        default: Refusal(.journalUnavailable, size: size)
        }
    }

    // MARK: Stopping

    /// Refuses new requests from here on; the future succeeds when those in work are answered.
    func drain() -> EventLoopFuture<Void> {
        isStopping = true
        let promise = loop.makePromise(of: Void.self)
        drained = promise
        startTicking()
        return promise.futureResult
    }

    /// Closes what is left.
    func end() {
        drained?.succeed(())
        drained = nil
        receiver?.close()
        receiver = nil
        for connection in connections { connection.close() }
    }
}
