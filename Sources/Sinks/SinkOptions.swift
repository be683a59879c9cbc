import CurlTransport
import Delivery

/// The settings of one sink, from which it is made; each type of sink has its own.
package protocol SinkOptions: Sendable {
    /// The sink; the error is the first thing that is wrong with the settings.
    func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink
}

/// What all sinks of a gateway share.
package struct SinkResources: Sendable {
    package let transport: CurlTransport
    /// The program's version, for `User-Agent`.
    package let version: String
    package let clock: any DeliveryClock

    package init(transport: CurlTransport, version: String, clock: any DeliveryClock = SystemClock()) {
        self.transport = transport
        self.version = version
        self.clock = clock
    }
}

/// A sink that was made from its settings.
package enum ConfiguredSink: Sendable {
    case events(any EventSink)
    /// The engine's `TicketSink` speaks for the system.
    case tickets(any TicketSystem, TicketRules)

    package var sink: any Sink {
        switch self {
        case .events(let sink): sink
        case .tickets(let system, _): system
        }
    }
}
