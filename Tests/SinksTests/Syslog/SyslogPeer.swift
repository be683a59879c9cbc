import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A receiver of syslog (RFC 5424 messages in RFC 6587 section 3.4.1 frames, over TLS as in RFC 5425) on 127.0.0.1, that fails as its plan says.
///
/// It keeps every message that its program got to see: what it leaves unread when it closes is lost, as with a program that dies.
final class SyslogPeer: Sendable {
    enum Ending { case close, reset, answer }

    private let log = SyslogPeerLog()
    private let listener: any Channel

    /// - Parameters:
    ///   - pieceBytes: How much is read at a time.
    ///   - isWordy: Whether every piece is answered, as something that is no receiver of syslog does.
    init(tls: NIOSSLContext? = nil, pieceBytes: Int = 64 << 10, isWordy: Bool = false) throws {
        listener = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: pieceBytes))
            .serverChannelInitializer { channel in channel.eventLoop.makeCompletedFuture { try Self.closeOnExec(channel) } }
            .childChannelInitializer { [log] channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.closeOnExec(channel)
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(SyslogHandler(log, isWordy: isWordy))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
    }

    deinit {
        listener.close(promise: nil)
        endAll(.close)
    }

    var port: Int { listener.localAddress?.port ?? 0 }
    var messages: [SyslogReceived] { log.state.withLock { $0.messages } }
    var ids: [String] { messages.compactMap { $0.parameter("id") } }
    var violations: [String] { log.state.withLock { $0.violations } }
    var connections: Int { log.state.withLock { $0.connections } }
    var open: Int { log.state.withLock { $0.channels.count } }
    /// Connections over TLS that ended without a goodbye.
    var cuts: Int { log.state.withLock { $0.cuts } }

    func fail(_ isFailing: Bool) { log.state.withLock { $0.isFailing = isFailing } }
    func meet(_ plan: FaultPlan?) { log.state.withLock { $0.plan = plan } }

    /// Closes every connection, whatever of it is unread.
    func endAll(_ ending: Ending) {
        for channel in log.state.withLock({ Array($0.channels.values) }) {
            channel.eventLoop.execute { SyslogHandler.end(channel, ending) }
        }
    }

    /// The same, and returns when it is done.
    func endAllNow(_ ending: Ending) async throws {
        for channel in log.state.withLock({ Array($0.channels.values) }) {
            try await channel.eventLoop.submit { SyslogHandler.end(channel, ending) }.get()
        }
    }

    /// Keeps children of this process from holding the socket open: then its end would never be seen.
    private static func closeOnExec(_ channel: any Channel) throws {
        _ = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { fcntl($0, F_SETFD, FD_CLOEXEC) }
    }
}

/// What a peer and its connections know together.
private final class SyslogPeerLog: Sendable {
    struct State {
        var messages: [SyslogReceived] = []
        var violations: [String] = []
        var connections = 0
        var channels: [ObjectIdentifier: any Channel] = [:]
        var cuts = 0
        var isFailing = false
        var plan: FaultPlan?
    }

    let state = Mutex(State())

    func opened(_ channel: any Channel) -> PeerFault? {
        state.withLock { state in
            state.connections += 1
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isFailing ? .unavailable : state.plan?.next(isSingle: false)
        }
    }

    func closed(_ channel: any Channel) { state.withLock { $0.channels[ObjectIdentifier(channel)] = nil } }
}

private final class SyslogHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let log: SyslogPeerLog
    private let isWordy: Bool
    private var reader = SyslogReader()
    private var ending: SyslogPeer.Ending?
    private var said = false

    init(_ log: SyslogPeerLog, isWordy: Bool) {
        self.log = log
        self.isWordy = isWordy
    }

    func channelActive(context: ChannelHandlerContext) {
        switch log.opened(context.channel) {
        case .reset, .resetAfter, .cut: Self.end(context.channel, .reset)
        case .unavailable, .tooLarge, .forbidden, .nonsense, .denied, .missing, .gone, .broken, .late: Self.end(context.channel, .close)
        case .slowDown, .slowDownUntil: stall(context)
        case nil: break
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.closed(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do throws(SyslogReader.Violation) {
            let messages = try reader.take(Array(unwrapInboundIn(data).readableBytesView))
            // A relay that cuts off whoever sends it certain words.
            if log.state.withLock({ $0.plan?.next(words: messages.compactMap { $0.parameter("id") }) }) != nil {
                ending = .reset
            } else {
                log.state.withLock { $0.messages += messages }
            }
        } catch {
            log.state.withLock { $0.violations.append(error.message) }
            ending = .reset
        }
        said = true
    }

    /// After everything that was read has been looked at.
    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        guard said else { return }
        said = false
        if isWordy { context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")), promise: nil) }
        if let ending { return Self.end(context.channel, ending) }
        let fault = log.state.withLock { state in state.isFailing ? .reset : state.plan?.refusesSome == true ? state.plan?.next(isSingle: false) : nil }
        switch fault {
        case .unavailable, .cut, .tooLarge, .denied, .missing, .gone, .broken, .late: Self.end(context.channel, .close)
        case .reset, .resetAfter, .forbidden: Self.end(context.channel, .reset)
        case .nonsense: Self.end(context.channel, .answer)
        case .slowDown, .slowDownUntil: stall(context)
        case nil: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOSSLError.uncleanShutdown = error { log.state.withLock { $0.cuts += 1 } }
        context.close(promise: nil)
    }

    /// Closes the socket: TLS, if it were asked, would say goodbye, and read what is left, first.
    static func end(_ channel: any Channel, _ how: SyslogPeer.Ending) {
        if how == .answer { channel.writeAndFlush(ByteBuffer(string: "goodbye\r\n"), promise: nil) }
        if how == .reset { _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)) }
        if let place = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self) {
            place.close(promise: nil)
        } else {
            channel.close(promise: nil)
        }
    }

    /// Reads nothing for a moment.
    private func stall(_ context: ChannelHandlerContext) {
        let channel = context.channel
        try? channel.syncOptions?.setOption(.autoRead, value: false)
        channel.eventLoop.scheduleTask(in: .milliseconds(20)) { try? channel.syncOptions?.setOption(.autoRead, value: true) }
    }
}
