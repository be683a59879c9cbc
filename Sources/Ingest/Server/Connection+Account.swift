import Adapters
import Bytes
import NIOCore
import Synchronization

/// What is held for the client, and whether it has proved who it is.
extension Connection {
    /// The client has proved who it is; a proxy proves only one request at a time, as the next may be another client's.
    func proved() {
        guard !isProved else { return }
        isProved = true
        guard let ticket, isStranger else { return }
        isStranger = false
        shard.shared.table.withLock { $0.prove(ticket) }
    }

    /// Counts what is held now; a client for whom there is no room is let go.
    func account() {
        guard stage != .closed else { return }
        if mayHaveBacklog {
            let waiting = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
            backlog = waiting ?? 0
            mayHaveBacklog = backlog > 0
        }
        let session = shard.shared.usesTLS && !isProved ? shard.shared.limits.sessionBytes : 0
        let count = session + (unread.readableBytes == 0 ? 0 : unread.storageCapacity) + (body?.room ?? 0) + backlog
        guard count != (isProved ? trusted : held) || (isProved ? held : trusted) != 0 else { return }
        if !hold(count, promptly: true), !isProved { giveWay() }
    }

    /// Whether `body` may take up to `count` bytes.
    func makeRoom(_ count: Int, in body: BodyInProgress) -> Bool {
        let limits = shard.shared.limits
        let isLarge = count > limits.promptBytesMax
        // What strangers send ends up in the journal's queue too.
        if isLarge || isProved {
            let trustedMax = max(isLarge ? limits.bodiesInFlightMax : 2 * limits.bodiesInFlightMax, count)
            if shard.shared.trusted.load(ordering: .relaxed) + count - body.room > trustedMax { return false }
        }
        return hold(unread.storageCapacity + count + backlog, promptly: !isLarge || body.hasInsisted)
    }

    /// Puts `count` bytes to the account of those who have proved who they are, which never refuses, or to that of all others.
    private func hold(_ count: Int, promptly: Bool) -> Bool {
        let shared = shard.shared
        if isProved {
            if held > 0 { release() }
            shared.trusted.add(count - trusted, ordering: .relaxed)
            trusted = count
            return true
        }
        if trusted != 0 { release() }
        guard let ticket else { return false }
        let request = body?.request
        let network = peer?.isTrustedProxy == true ? request?.address.countingBlock : nil
        let most = request?.bodyMax ?? 0
        switch shared.table.withLock({ $0.hold(count, for: ticket, network: network, most: most, promptly: promptly) }) {
        case .held(let evicted):
            held = count
            shard.letGo(evicted)
            return true
        case .full(let evicted):
            shard.letGo(evicted)
            return false
        case .gone:
            return false
        }
    }

    /// The connection's next turn has come.
    func resume() {
        isWaiting = false
        guard stage != .closed else { return }
        now = .now()
        drive()
    }

    /// Nothing is held any more.
    func release() {
        if trusted != 0 { shard.shared.trusted.subtract(trusted, ordering: .relaxed) }
        trusted = 0
        guard held > 0, let ticket else { return }
        held = 0
        _ = shard.shared.table.withLock { $0.hold(0, for: ticket) }
    }

    /// Ends the connection for want of room: for what is held for it, or for another one.
    func giveWay(_ code: AnswerCode = .memoryFull) {
        guard stage != .closed else { return }
        guard stage != .farewell else { return close() }
        now = .now()
        let request = body?.request
        let isUnderWay = request != nil || stage == .head && headIsDue && unread.readableBytes > 0
        let refusal = Refusal(code, size: body?.bytes.count ?? 0)
        count(refusal, counters: request?.source.counters ?? shard.shared.counters.none, peer: request?.peer ?? peer?.text ?? "")
        // Who does not take answers is sent none.
        if isUnderWay, backlog == 0 {
            write(.refused(refusal.answer), closes: true)
            flush()
        }
        close()
    }
}
