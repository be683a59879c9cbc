import Bytes
import Hummingbird
import Ingest
import NIOCore
import Synchronization

/// How many may be connected to the operators' port, and how long they may take.
package struct ConsoleLimits: Sendable {
    /// Connections for which no token has proved who asks.
    package var strangers = 64
    /// Those of one address (IPv6: of one /64).
    package var strangersPerAddress = 8
    /// Connections for which a token has.
    package var operators = 256
    /// From a new connection, or from an answer to somebody without a token, to the end of the next head.
    package var head = Duration.seconds(5)
    /// From the end of a head to the end of its body.
    package var body = Duration.seconds(30)
    /// From an answer to somebody with a token to the next head.
    package var idle = Duration.seconds(75)
    /// How long an answer may stay untaken.
    package var write = Duration.seconds(30)

    package init() {}

    /// Descriptors that these connections take at most.
    package var connections: Int { strangers + operators }
}

/// Lets connections in, and has those give way that have shown no token when there is no room.
final class ConsoleDoor: Sendable {
    private typealias Table = ConnectionTable<AddressBlock>

    private struct State {
        var table: Table
        var tickets: [ObjectIdentifier: Table.Ticket] = [:]
        var channels: [Table.Ticket: any Channel] = [:]
        var known: Set<ObjectIdentifier> = []
        var isShut = false
    }

    let limits: ConsoleLimits
    private let state: Mutex<State>

    init(_ limits: ConsoleLimits) {
        self.limits = limits
        var table = Table.Limits(connections: limits.connections, connectionsPerNetwork: .max, bytes: 0, bytesPerNetwork: 0)
        table.strangers = limits.strangers
        table.strangersPerNetwork = limits.strangersPerAddress
        state = Mutex(State(table: Table(limits: table)))
    }

    /// Takes a new connection in, in place of the oldest without a token if there is no room; false when everybody else has shown one.
    func admit(_ channel: any Channel) -> Bool {
        guard let address = channel.remoteAddress?.ipAddress.flatMap({ IPAddress(String($0.prefix { $0 != "%" })) }) else { return false }
        let (isIn, evicted) = state.withLock { state -> (Bool, (any Channel)?) in
            guard !state.isShut, case .open(let ticket, let evicted) = state.table.open(address.countingBlock, owner: 0) else { return (false, nil) }
            state.tickets[ObjectIdentifier(channel)] = ticket
            state.channels[ticket] = channel
            return (true, evicted.flatMap { state.channels.removeValue(forKey: $0) })
        }
        evicted?.close(promise: nil)
        return isIn
    }

    /// Lets nobody in any more, and closes what is open.
    func shut() {
        let channels = state.withLock { state in
            state.isShut = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    /// A token has shown who asks on this connection.
    func prove(_ channel: any Channel) {
        state.withLock { state in
            guard let ticket = state.tickets[ObjectIdentifier(channel)], state.known.insert(ObjectIdentifier(channel)).inserted else { return }
            state.table.prove(ticket)
        }
    }

    func isKnown(_ channel: any Channel) -> Bool { state.withLock { $0.known.contains(ObjectIdentifier(channel)) } }

    /// A connection has ended.
    func leave(_ channel: any Channel) {
        state.withLock { state in
            state.known.remove(ObjectIdentifier(channel))
            guard let ticket = state.tickets.removeValue(forKey: ObjectIdentifier(channel)) else { return }
            state.channels[ticket] = nil
            state.table.close(ticket)
        }
    }
}
