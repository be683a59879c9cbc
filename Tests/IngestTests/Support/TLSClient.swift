import NIOCore
import NIOPosix
import NIOSSL

/// One request over TLS.
enum TLSClient {
    /// Sends `request` and gives back everything that comes until the other end closes.
    static func exchange(
        _ request: String, port: Int, newest: TLSVersion? = nil, trusting certificate: String = TestCertificate.certificate
    ) async throws -> String {
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
        settings.minimumTLSVersion = .tlsv1
        settings.maximumTLSVersion = newest
        let context = try NIOSSLContext(configuration: settings)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: String.self)
        _ = try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: "localhost"))
                    try channel.pipeline.syncOperations.addHandler(Exchange(request, answer))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return try await answer.futureResult.get()
    }

    /// Sends as soon as it is connected: on the event loop, because a task that waited for its turn behind all other tests could come after
    /// the gateway has given up waiting for a request.
    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let request: String
        private let answer: EventLoopPromise<String>
        private var received = ByteBuffer()
        private var failure: (any Error)?

        init(_ request: String, _ answer: EventLoopPromise<String>) {
            self.request = request
            self.answer = answer
        }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request)), promise: nil)
            context.fireChannelActive()
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var buffer = unwrapInboundIn(data)
            received.writeBuffer(&buffer)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            failure = failure ?? error
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            if received.readableBytes == 0, let failure { answer.fail(failure) } else { answer.succeed(String(buffer: received)) }
        }
    }
}
