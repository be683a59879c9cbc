import NIOCore
import NIOHTTPTypes

/// Stands at one connection of the operators' port: whether it is let in, and how long it may take for what.
final class ConsoleGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client has to take an answer to a request that was not read to its end.
    private static let farewell = Duration.milliseconds(200)

    private let door: ConsoleDoor
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    /// Whether all of the request that is being answered has come.
    private var isWhole = true

    init(_ door: ConsoleDoor) { self.door = door }

    func channelActive(context: ChannelHandlerContext) {
        guard door.admit(context.channel) else { return context.close(promise: nil) }
        expect(within: door.limits.head, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        stall?.cancel()
        door.leave(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isWhole = false
            expect(within: door.limits.body, context)
        case .body: break
        case .end:
            isWhole = true
            deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            // What nobody wanted to read is not read to its end only to find the next request.
            let next = door.isKnown(context.channel) ? door.limits.idle : door.limits.head
            expect(within: isWhole ? next : Self.farewell, context)
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stall?.cancel()
        stall = context.channel.isWritable ? nil : closing(after: door.limits.write, context)
        context.fireChannelWritabilityChanged()
    }

    /// Closes the connection unless something comes within `time`.
    private func expect(within time: Duration, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = closing(after: time, context)
    }

    private func closing(after time: Duration, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { context.close(promise: nil) }
    }
}
