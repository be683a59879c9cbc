import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP server behind TLS on 127.0.0.1 that answers every request 204.
final class HTTPSPeer: Sendable {
    private let listener: any Channel

    init(_ tls: NIOSSLContext) throws {
        let count = Counter()
        counter = count
        listener = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answerer(count))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
    }

    deinit { listener.close(promise: nil) }

    private let counter: Counter

    var port: Int { listener.localAddress?.port ?? 0 }
    /// Requests that were answered.
    var count: Int { counter.value.withLock { $0 } }

    final class Counter: Sendable { let value = Mutex(0) }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let counter: Counter

        init(_ counter: Counter) { self.counter = counter }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            counter.value.withLock { $0 += 1 }
            context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .noContent))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
