import Delivery
import Logging
import FindingModel
import State

/// A ledger in a folder of its own, and changes in memory.
struct PumpBench: Sendable {
    let folder: TemporaryFolder
    let ledger: Ledger
    let feed: MemoryFeed

    init(_ feed: MemoryFeed = MemoryFeed()) throws {
        self.feed = feed
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
    }
}

/// What tests of pumps share: services over a bench, and what is asked of them.
protocol PumpTesting: Sendable {
    var bench: PumpBench { get }
}

extension PumpTesting {
    var folder: TemporaryFolder { bench.folder }
    var ledger: Ledger { bench.ledger }
    var feed: MemoryFeed { bench.feed }

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
