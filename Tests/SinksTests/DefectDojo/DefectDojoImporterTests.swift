import CurlTransport
import Delivery
import FindingModel
import Logging
import Testing

@testable import Sinks

/// Errors inside DefectDojo's importer, with the engine in front of the sink: one finding's fault holds nobody up, and an importer that takes
/// nothing makes no dead letter.
struct DefectDojoImporterTests {
    private let peer: DefectDojoPeer
    private let folder: TemporaryFolder
    private let ledger: Ledger
    private let clock = JumpingClock()
    private let changes = (1...200).map { Change.finding(.sample("f_\($0)"), UInt64($0)) }

    init() throws {
        peer = try DefectDojoPeer()
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
    }

    private func start() throws -> DeliveryService {
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        var options = DefectDojoSinkOptions(destination: destination, token: "k3y", product: "Shop")
        options.batch = 20
        let sink = try DefectDojoSink(name: "hub", options: options, resources: SinkResources(transport: try CurlTransport(), version: "1", clock: clock))
        let service = DeliveryService(
            feed: ListFeed(changes), ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["hub"])], clock: clock,
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        service.start()
        return service
    }

    private func letDaysPass(_ days: Int64) async {
        let start = clock.now
        // Thousands of requests lie in between, and other tests beside them.
        await eventually(within: 240) { clock.now >= start.advanced(byMilliseconds: days * 86_400_000) }
    }

    @Test func aFindingThatTheImporterFallsOverHoldsNobodyUp() async throws {
        peer.fall(over: ["f_77"])
        let service = try start()
        await eventually(within: 60) { await service.statuses()[0].position.delivered == 199 }
        #expect(Set(peer.order) == Set(changes.map(\.subject)).subtracting(["f_77"]) && peer.order.count == 199)
        var status = await service.statuses()[0]
        #expect(status.position.cursor == 200 && status.position.open == 1)
        // Nothing else comes, so nothing says that the sink takes others.
        await letDaysPass(5)
        status = await service.statuses()[0]
        #expect(status.dead == 0 && status.lastAnswer?.text.contains("Internal server error") == true)
        peer.fall()
        await eventually(within: 60) { await service.statuses()[0].position.delivered == 200 }
        await service.stop(within: .seconds(5))
        #expect(peer.findings.count == 200)
    }

    @Test func anImporterThatTakesNothingMakesNoDeadLetter() async throws {
        peer.fall(always: true)
        let service = try start()
        await letDaysPass(5)
        let status = await service.statuses()[0]
        #expect(status.position.delivered == 0 && status.position.open == 10 && status.dead == 0 && status.state.word == "retrying")
        peer.fall()
        await eventually(within: 60) { await service.statuses()[0].position.delivered == 200 }
        await service.stop(within: .seconds(5))
        #expect(Set(peer.order) == Set(changes.map(\.subject)) && peer.order.count == 200)
        #expect(try await ledger.letters(sink: nil, limit: 10).isEmpty)
    }
}
