import Bytes
import NIOCore
import Synchronization

/// Stands before the listener: closes a newcomer whom the table does not admit before anything is made for it.
///
/// What a connection costs is its making and its end. A crowd that only takes the places of its own kind would have the loops do nothing else.
/// Nobody waits for a turn here: in a queue of the kernel's those who are to be let in would stand behind the crowd.
final class Door: ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel

    private let shared: SharedState
    /// Those who were turned away in this turn.
    private var turnedAway: [any Channel] = []

    init(_ shared: SharedState) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let newcomer = unwrapInboundIn(data)
        if admits(newcomer) { context.fireChannelRead(data) } else { turnedAway.append(newcomer) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        closeTurnedAway()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closeTurnedAway()
        context.fireChannelInactive()
    }

    private func admits(_ newcomer: any Channel) -> Bool {
        // Without an address it has ended, as its own event loop will see.
        guard let peer = Peer(newcomer.remoteAddress, trustedProxies: shared.trustedProxies) else { return true }
        let now = NIODeadline.now()
        guard !shared.table.withLock({ $0.admits(peer.address.countingBlock, isCounted: !peer.isTrustedProxy, at: now) }) else { return true }
        let refusal = Refusal(.tooManyConnections, reason: "too_many_connections_of_address")
        let record = RefusalRecord(time: shared.clock(), status: refusal.answer.code.status.code, reason: refusal.reason, peer: peer.text)
        shared.refuse(record, counters: shared.counters.none, at: now)
        return false
    }

    /// Closes them with one wake-up of each of their event loops.
    private func closeTurnedAway() {
        guard !turnedAway.isEmpty else { return }
        let channels = Dictionary(grouping: turnedAway) { ObjectIdentifier($0.eventLoop) }
        turnedAway.removeAll(keepingCapacity: true)
        for own in channels.values {
            own[0].eventLoop.execute { for channel in own { channel.close(promise: nil) } }
        }
    }
}
