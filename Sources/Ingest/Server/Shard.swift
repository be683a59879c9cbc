import FindingModel
import JSONDocument
import Journal
import NIOCore
import Synchronization

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
    /// The event loop's number among all.
    private(set) var number = 0
    private(set) var routing: RoutingTable
    var judge: BodyJudge
    private let largeBodies: LargeBodies
    var writer = AnswerWriter()
    /// Whether new requests are refused because the gateway is stopping.
    private(set) var isStopping = false
    private(set) var receiver: LoopReceiver?
    private var pending = PendingTable<PendingAppend>()
    private var connections: [Connection] = []
    private var byTicket: [SharedState.Table.Ticket: Connection] = [:]
    /// Connections whose turn is over although they have more to say; each network has its turns.
    private var waiting = FairQueue<ClientNetwork, Connection>()
    /// How many requests of strangers may still be answered in this turn.
    private var turnsLeft: Int
    /// Connections of strangers whose next read has not come to its turn; each network has its turns, however crowded another is.
    private var readers = FairQueue<ClientNetwork, Connection>()
    /// How many reads of strangers there may still be in this turn.
    private var readsLeft: Int
    private var nextTurnIsDue = false
    private var isTicking = false
    private var drained: EventLoopPromise<Void>?

    init(loop: any EventLoop, shared: SharedState, largeBodies: LargeBodies, routing: RoutingTable) {
        self.largeBodies = largeBodies
        self.loop = loop
        self.shared = shared
        self.routing = routing
        judge = BodyJudge(shared)
        turnsLeft = shared.limits.strangersPerTurnMax
        readsLeft = shared.limits.strangersReadPerTurnMax
        let receiver = LoopReceiver(loop: loop, shard: NIOLoopBound(self, eventLoop: loop))
        self.receiver = receiver
        number = shared.join(receiver)
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

    /// Finds `connection` by its entry in the table from now on.
    func know(_ connection: Connection, as ticket: SharedState.Table.Ticket) { byTicket[ticket] = connection }

    func forget(_ ticket: SharedState.Table.Ticket) { byTicket[ticket] = nil }

    /// Closes connections that have given way, whichever loop they are on.
    func letGo(_ evicted: [SharedState.Table.Ticket], _ code: AnswerCode = .memoryFull) {
        for ticket in evicted {
            if ticket.owner == number { byTicket[ticket]?.giveWay(code) } else { shared.receiver(ticket.owner)?.letGo(ticket, code) }
        }
    }

    // MARK: Turns

    /// Whether one more request of somebody unknown may be answered in this turn of the loop.
    func mayAnswerStranger() -> Bool {
        scheduleNextTurn()
        guard turnsLeft > 0 else { return false }
        turnsLeft -= 1
        return true
    }

    /// Has `connection` go on when all events that are there have been looked at and the turn of its network has come.
    func resumeLater(_ connection: Connection, of network: ClientNetwork) {
        guard !connection.isWaiting else { return }
        connection.isWaiting = true
        waiting.append(connection, for: network)
        scheduleNextTurn()
    }

    /// Whether somebody unknown may be read from in this turn of the loop, and nobody waits for that; a turn that reads from thousands
    /// would keep those waiting who are known.
    func mayReadOfStranger() -> Bool {
        scheduleNextTurn()
        guard readsLeft > 0, readers.isEmpty else { return false }
        readsLeft -= 1
        return true
    }

    /// Has `connection` read when the turn of its network has come.
    func readLater(_ connection: Connection, of network: ClientNetwork) { readers.append(connection, for: network) }

    private func takeReads() {
        readsLeft = shared.limits.strangersReadPerTurnMax
        while readsLeft > 0, let next = readers.popFirst() {
            if next.readNow() { readsLeft -= 1 }
        }
        if !readers.isEmpty { scheduleNextTurn() }
    }

    /// A task without a delay would run before the loop looks at its sockets again.
    private func scheduleNextTurn() {
        guard !nextTurnIsDue else { return }
        nextTurnIsDue = true
        loop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [weak self] in self?.takeTurns() }
    }

    private func takeTurns() {
        nextTurnIsDue = false
        takeReads()
        turnsLeft = shared.limits.strangersPerTurnMax
        // Half of what may be answered is for those who have not been answered yet.
        let kept = turnsLeft / 2
        // Whoever waits again while this lasts has had its turn.
        var left = waiting.count
        while left > 0, turnsLeft > kept, let next = waiting.popFirst() {
            next.resume()
            left -= 1
        }
        if !waiting.isEmpty { scheduleNextTurn() }
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

    /// Has a large body judged elsewhere; `connection` is told when it still waits for the answer numbered `examination`.
    func examine(_ request: RequestContext, _ body: [UInt8], for connection: Connection, examination: UInt64, at now: NIODeadline) {
        guard let receiver else { return }
        shared.trusted.add(body.count, ordering: .relaxed)
        let shared = shared, count = body.count
        let asking = NIOLoopBound(connection, eventLoop: loop)
        largeBodies.judge(request, body, at: now) { admission in
            shared.trusted.subtract(count, ordering: .relaxed)
            receiver.run { asking.value.examined(request, admission, size: count, examination: examination) }
        }
    }

    /// Hands `draft` to the journal and says under which token `connection` will be answered.
    func append(_ draft: EntryDraft, for connection: Connection, request: RequestContext, bytes: Int) -> UInt64? {
        guard let receiver else { return nil }
        let token = pending.insert(PendingAppend(connection: connection, request: request, bytes: bytes))
        shared.trusted.add(bytes, ordering: .relaxed)
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
            shared.trusted.subtract(append.bytes, ordering: .relaxed)
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
