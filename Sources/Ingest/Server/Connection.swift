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
        /// The journal's answer.
        case journal
        /// The client's end of a connection that is closing; what it still sends is dropped.
        case farewell
        case closed
    }

    /// Unread bytes from which on reading stops.
    private static let unreadMax = 65_536

    let shard: Shard
    /// The connection's index in its shard.
    var place = -1
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
    /// The token of the append whose outcome is the next answer.
    var awaiting: UInt64?
    /// Whether the connection ends with the answer that is being waited for.
    var closesAfterAnswer = false
    /// The address for which a request behind a trusted proxy is counted.
    var claim: IPAddress?
    var unflushed = false
    var lingerBytes = 0
    private var isCounted = false
    /// Whether the client has sent all it has to send; it may still wait for answers.
    private(set) var inputClosed = false
    private var readIsHeld = false
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
        case .body, .journal, .farewell: true
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
        guard shard.shared.connections.withLock({ $0.open() }) else { return turnAway("too_many_connections") }
        isCounted = true
        guard !peer.isTrustedProxy else { return }
        guard shard.shared.connections.withLock({ $0.claim(peer.address) }) else { return turnAway("too_many_connections_of_address") }
        claim = peer.address
    }

    func channelInactive(context: ChannelHandlerContext) {
        stage = .closed
        awaiting = nil
        endBody()
        shard.remove(self)
        shard.shared.connections.withLock { counts in
            if let claim { counts.release(claim) }
            if isCounted { counts.close() }
        }
        claim = nil
        isCounted = false
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
        context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        shard.shared.connectionFailed(error, peer: peer?.text ?? "")
        close()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            inputClosed = true
            if stage == .farewell { close() } else if stage != .journal { drive() }
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
        case .head, .body, .journal: break
        }
        if unread.readableBytes == 0 { unread = buffer } else { unread.writeBuffer(&buffer) }
        drive()
    }

    /// Uses what has been received, as far as it goes.
    func drive() {
        var goesOn = true
        while goesOn {
            switch stage {
            case .head: goesOn = isWritable && readHead()
            case .body: goesOn = readBody()
            case .journal, .farewell, .closed: goesOn = false
            }
        }
        flush()
        keepUnread()
        if inputClosed, stage == .head || stage == .body { close() }
    }

    /// Gives the received buffer back for the next read; what is left of it moves to one of its own size.
    private func keepUnread() {
        if stage == .farewell || stage == .closed {
            unread = ByteBuffer()
        } else if unread.readableBytes == 0 {
            unread = ByteBuffer()
        } else if unread.readerIndex > 0 {
            unread = ByteBuffer(bytes: unread.readableBytesView)
        }
        releaseReads()
    }

    private var holdsReads: Bool { unread.readableBytes >= Self.unreadMax || body?.blockedSince != nil }

    func read(context: ChannelHandlerContext) {
        if holdsReads { readIsHeld = true } else { context.read() }
    }

    private func releaseReads() {
        guard readIsHeld, !holdsReads else { return }
        readIsHeld = false
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        now = .now()
        stalledSince = isWritable ? nil : now
        if isWritable, stage == .head { drive() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Time

    /// Looks whether something has lasted too long.
    func tick(at now: NIODeadline) {
        self.now = now
        if let stalledSince, now - stalledSince > shard.shared.times.write { return close() }
        switch stage {
        case .head where now > deadline: headIsLate()
        case .body: tickBody()
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
    }
}
