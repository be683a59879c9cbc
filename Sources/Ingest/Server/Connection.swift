import Bytes
import Adapters
import FindingModel
import Journal
import NIOCore
import Synchronization

/// One client's connection: reads requests, puts them to the shard one after another, and writes their answers in order.
///
/// Everything runs on the connection's event loop. Bytes are looked at where they were received; they are copied only when a head or a body
/// does not come whole.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What is being waited for.
    enum Stage {
        /// A head, or the end of one.
        case head
        /// The rest of a body.
        case body
        /// What another thread finds in a large body.
        case judging
        /// The journal's answer.
        case journal
        /// The client's end of a connection that is closing; what it still sends is dropped.
        case farewell
        case closed
    }

    /// Unread bytes from which on reading stops while they wait for something else.
    private static let unreadMax = 16_384

    let shard: Shard
    /// The connection's index in its shard.
    var place = -1
    /// The connection's entry in the table of all, while it has one.
    private(set) var ticket: SharedState.Table.Ticket?
    var context: ChannelHandlerContext?
    var peer: Peer?
    var stage = Stage.head
    /// When `stage` has lasted too long; bodies have a pace instead.
    var deadline = NIODeadline.distantFuture
    /// The moment at which the event that is being handled came.
    var now = NIODeadline.now()
    var scanner: HeadScanner
    /// Bytes received and not yet used.
    var unread = ByteBuffer()
    /// Whether a head is under way, or, on a new connection, has to come soon.
    var headIsDue = true
    var blankLines = 0
    var body: BodyInProgress?
    /// The number of the newest body that was given to another thread.
    var examination: UInt64 = 0
    /// The token of the append whose outcome is the next answer.
    var awaiting: UInt64?
    /// Whether the connection ends with the answer that is being waited for.
    var closesAfterAnswer = false
    /// For whom a request behind a trusted proxy is counted.
    var claim: ClientNetwork?
    /// Answers that have not been handed on.
    var answers = ByteBuffer()
    var lingerBytes = 0
    /// Whether the client has proved who it is.
    var isProved = false
    /// Whether the table counts the connection among those of strangers.
    var isStranger = true
    /// Bytes held for the client as a stranger.
    var held = 0
    /// Bytes held for it as somebody known.
    var trusted = 0
    /// Bytes of answers that the client has not taken, when they were last looked at.
    var backlog = 0
    var mayHaveBacklog = false
    /// Whether the connection's turn is over and its next one has not come.
    var isWaiting = false
    private var isInTurn = false
    /// Whether the client has sent all it has to send; it may still wait for answers.
    private(set) var inputClosed = false
    private var readIsHeld = false
    /// Whether the next read waits for its turn among those of strangers.
    private var readIsDue = false
    private var isWritable = true
    private var stalledSince: NIODeadline?

    init(shard: Shard) {
        self.shard = shard
        scanner = Connection.newScanner(shard)
    }

    static func newScanner(_ shard: Shard) -> HeadScanner {
        HeadScanner(bytesMax: shard.shared.limits.headBytesMax, fieldsMax: shard.shared.limits.headFieldsMax)
    }

    /// Whether a request is in work.
    var isBusy: Bool {
        switch stage {
        case .body, .judging, .journal, .farewell: true
        case .head, .closed: false
        }
    }

    // MARK: Beginning and end

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        now = .now()
        deadline = now + shard.shared.times.head
        peer = Peer(context.remoteAddress, trustedProxies: shard.shared.trustedProxies)
        shard.add(self)
        guard let peer else { return close() }
        let network = peer.address.countingBlock
        switch shard.shared.table.withLock({ $0.open(network, owner: shard.number, isCounted: !peer.isTrustedProxy) }) {
        case .open(let ticket, let evicted):
            self.ticket = ticket
            shard.know(self, as: ticket)
            if let evicted { shard.letGo([evicted], .tooManyConnections) }
            account()
        case .full: turnAway("too_many_connections")
        case .networkFull: turnAway("too_many_connections_of_address")
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        close()
        shard.remove(self)
        endClaim()
        self.context = nil
    }

    /// Refuses the connection itself; before a TLS handshake there is no way to say why.
    private func turnAway(_ reason: String) {
        let refusal = Refusal(.tooManyConnections, reason: reason)
        count(refusal, counters: shard.shared.counters.none, peer: peer?.text ?? "")
        if !shard.shared.usesTLS {
            write(.refused(refusal.answer), closes: true)
            flush()
        }
        close()
    }

    func close() {
        stage = .closed
        awaiting = nil
        body = nil
        unread = ByteBuffer()
        answers = ByteBuffer()
        release()
        if let ticket {
            shard.forget(ticket)
            shard.shared.table.withLock { $0.close(ticket) }
        }
        ticket = nil
        context?.close(promise: nil)
    }

    /// Ends the count of a request behind a proxy.
    func endClaim() {
        guard let claim else { return }
        shard.shared.table.withLock { $0.release(claim) }
        self.claim = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        shard.shared.connectionFailed(error, peer: peer?.text ?? "")
        close()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            inputClosed = true
            switch stage {
            case .farewell: close()
            case .judging, .journal, .closed: break
            case .head, .body: if !isWaiting { drive() }
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        now = .now()
        switch stage {
        case .closed: return
        case .farewell: return drop(buffer.readableBytes)
        case .head, .body, .judging, .journal: break
        }
        if unread.readableBytes == 0 { unread = buffer } else { unread.writeBuffer(&buffer) }
        if isWaiting { account() } else { drive() }
    }

    /// Uses what has been received, as far as it goes within one turn.
    func drive() {
        // Writing may say that there is room for the next answer, which is no reason to begin while this turn lasts.
        guard !isInTurn else { return }
        isInTurn = true
        var left = shard.shared.limits.requestsAheadMax
        var goesOn = true
        while goesOn {
            switch stage {
            case .head: goesOn = isWritable && mayBegin(&left) && readHead()
            case .body: goesOn = readBody()
            case .judging, .journal, .farewell, .closed: goesOn = false
            }
        }
        flush()
        isInTurn = false
        keepUnread()
        if inputClosed, stage == .body || stage == .head && !isWaiting && isWritable { close() }
        account()
    }

    /// Whether this turn has room for another request.
    private func mayBegin(_ left: inout Int) -> Bool {
        guard unread.readableBytes > 0, let peer else { return false }
        guard left > 0, isProved || shard.mayAnswerStranger() else {
            shard.resumeLater(self, of: peer.address.countingBlock)
            return false
        }
        left -= 1
        return true
    }

    /// Gives the received buffer back for the next read; what is left of it moves to one of its own size.
    private func keepUnread() {
        if stage == .farewell || stage == .closed {
            unread = ByteBuffer()
        } else if unread.readableBytes == 0 {
            unread = ByteBuffer()
        } else if unread.readerIndex > 0 || unread.storageCapacity > 2 * unread.readableBytes {
            unread = ByteBuffer(bytes: unread.readableBytesView)
        }
        releaseReads()
    }

    private var holdsReads: Bool {
        switch stage {
        // A head that is too long is told so.
        case .head: unread.readableBytes >= Self.unreadMax && (isWaiting || !isWritable)
        case .body: body?.blockedSince != nil
        case .judging, .journal: unread.readableBytes >= Self.unreadMax
        case .farewell, .closed: false
        }
    }

    func read(context: ChannelHandlerContext) {
        if holdsReads {
            readIsHeld = true
        } else if isStranger, let peer, !shard.mayReadOfStranger() {
            guard !readIsDue else { return }
            readIsDue = true
            shard.readLater(self, of: peer.address.countingBlock)
        } else {
            context.read()
        }
    }

    private func releaseReads() {
        guard readIsHeld, !holdsReads, let context else { return }
        readIsHeld = false
        read(context: context)
    }

    /// The turn of this stranger's next read has come; false when there is nobody to read from any more.
    func readNow() -> Bool {
        readIsDue = false
        guard stage != .closed, let context else { return false }
        if holdsReads { readIsHeld = true } else { context.read() }
        return true
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        now = .now()
        stalledSince = isWritable ? nil : now
        if isWritable, stage == .head, !isWaiting { drive() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Time

    /// Looks whether something has lasted too long.
    func tick(at now: NIODeadline) {
        self.now = now
        if let stalledSince, now - stalledSince > shard.shared.times.write { return close() }
        if mayHaveBacklog { account() }
        switch stage {
        case .head where now > deadline && !isWaiting: headIsLate()
        case .body: tickBody()
        case .judging where now > deadline: judgementIsLate()
        case .journal where now > deadline: journalIsLate()
        case .farewell where now > deadline: close()
        default: break
        }
    }

    private func headIsLate() {
        guard headIsDue, unread.readableBytes > 0 else { return close() }
        refuse(Refusal(.headTimeout), counters: shard.shared.counters.none, closes: true)
        flush()
        keepUnread()
        account()
    }
}
