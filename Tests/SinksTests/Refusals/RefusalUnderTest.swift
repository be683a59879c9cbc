import Delivery
import FindingModel
import Logging
import Testing

@testable import Sinks

/// A sink that took changes until its system began to refuse every one: the engine, the ledger and HTTP are real, and time is not.
struct RefusalUnderTest {
    let folder: TemporaryFolder
    let ledger: Ledger
    let clock = JumpingClock()
    private let changes: [Change]

    /// Changes that are taken before anything is refused.
    static let before = 30
    /// All of them.
    static let all = 400

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
        changes = (1...Self.all).map { .finding(.sample("f_\($0)"), UInt64($0)) }
    }

    /// The uids of all records, sorted.
    var uids: [String] { changes.map(\.subject).sorted() }
    /// Changes as far as `before`.
    var first: ListFeed { ListFeed(Array(changes.prefix(Self.before))) }
    var feed: ListFeed { ListFeed(changes) }

    /// Delivers what `feed` has to `sink`.
    func start(_ sink: any EventSink, _ feed: ListFeed) -> DeliveryService {
        let service = DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: [sink.name])], clock: clock,
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        service.start()
        return service
    }

    func drain(_ service: DeliveryService) async {
        await eventually(within: 60) {
            let status = await service.statuses()[0]
            return status.pending == 0 && status.retrying + status.held == 0
        }
    }

    /// Lets a day go by in which everything is refused; `requests` is how many the system has got so far.
    ///
    /// The sink is paused for a reason that has `words` in it, is asked seldom, and has no dead letter.
    func expectADayOfPause(_ service: DeliveryService, words: String, requests: () -> Int) async throws {
        await eventually { await service.statuses()[0].state.word == "paused" }
        let (start, before) = (clock.now, requests())
        await eventually(within: 60) { clock.now >= start.advanced(byMilliseconds: 86_400_000) }
        let status = await service.statuses()[0]
        #expect(status.state.word == "paused" && status.state.outage?.failure.reason.contains(words) == true, "\(status.state)")
        #expect(status.dead == 0 && status.position.delivered == UInt64(Self.before), "\(status.position)")
        // Every quarter of an hour, somewhat more often at first; one request or two each, and each change that was read once beside.
        // The clock runs on while somebody looks at it.
        let count = requests() - before, days = Double(clock.now.milliseconds - start.milliseconds) / 86_400_000
        #expect(count >= 90 && Double(count) <= 600 * days, "\(count) requests in \(days) days")
        #expect(try await ledger.letters(sink: nil, limit: 10).isEmpty)
    }

    /// Everything was taken in the end.
    func expectAllTaken(_ service: DeliveryService, _ sink: String) async throws {
        await drain(service)
        await service.stop(within: .seconds(5))
        #expect(try await ledger.letters(sink: nil, limit: 10).isEmpty)
        let position = try #require(try await ledger.position(of: sink))
        #expect(position.delivered == UInt64(Self.all) && position.open == 0 && position.cursor == UInt64(Self.all))
        await ledger.close()
    }
}
