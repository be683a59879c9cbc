import Delivery
import Logging
import FindingModel
import State

/// What tests of pumps share: a ledger in a file, changes in memory, and services over both.
protocol PumpTesting: Sendable {
    var ledger: Ledger { get }
    var feed: MemoryFeed { get }
}

extension PumpTesting {
    func service(
        _ sinks: [ScriptedSink], routes: [Route]? = nil, from start: StartPoint = .beginning, ledger: Ledger? = nil, clock: any DeliveryClock = ManualClock(),
        fraction: Double = 0.5, notify: @escaping @Sendable (GatewayNotice) -> Void = { _ in }
    ) -> DeliveryService {
        DeliveryService(
            feed: feed, ledger: ledger ?? self.ledger, sinks: sinks.map { .init($0, from: start) }, routes: routes ?? [Route(to: sinks.map(\.name))],
            clock: clock, random: { fraction }, log: .silent, notify: notify)
    }

    /// Where the ledger says that the sink stands.
    func savedCursor() async -> UInt64? { (try? await ledger.position(of: "sink"))?.cursor }

    func stop(_ service: DeliveryService) async { await service.stop(within: .seconds(5)) }
}
