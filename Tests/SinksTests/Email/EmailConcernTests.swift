import CurlTransport
import Delivery
import FindingModel
import Logging
import State
import Synchronization
import Testing

@testable import Sinks

/// What people hear of a recipient whose mails the server refuses while the others get theirs.
struct EmailConcernTests {
    @Test func aRefusedRecipientIsSpokenOf() async throws {
        let peer = try SMTPPeer { moment, connection in
            moment == .recipient("TO:<bob@example.com>") ? .line("550 5.1.1 no such user \(connection)") : nil
        }
        var options = try EmailSinkOptions.plain(peer, to: ["alice@example.com", "bob@example.com"])
        options.batch = 1
        let sink = try EmailSink(name: "mail", options: options, resources: SinkResources(transport: try CurlTransport(), version: "1"))
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let notices = Notices()
        let service = DeliveryService(
            feed: ListFeed(Change.findings(1...3)), ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["mail"])],
            clock: JumpingClock(),
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }), notify: { notices.add($0) })
        service.start()
        await eventually { await service.statuses()[0].position.delivered == 3 }
        let status = await service.statuses()[0]
        #expect(status.concern?.reason.contains("bob@example.com: 550 5.1.1 no such user") == true)
        await service.stop(within: .seconds(5))
        #expect(status.lastAnswer?.text == "the mail server does not take mails to bob@example.com: 550 5.1.1 no such user 3" && status.state.outage == nil)
        // The words differ from mail to mail; the journal hears of it once an hour, and without them.
        let said = notices.all
        #expect(said.map(\.kind) == ["sink_concern"])
        #expect(said.first?.summary == "Sink mail: the mail server does not take mails to bob@example.com: 550")
        #expect(peer.mails.map(\.recipients) == [[String]](repeating: ["TO:<alice@example.com>"], count: 3))
        await ledger.close()
    }
}

/// What the journal would have heard.
private final class Notices: Sendable {
    private let notices = Mutex<[GatewayNotice]>([])

    var all: [GatewayNotice] { notices.withLock { $0 } }

    func add(_ notice: GatewayNotice) { notices.withLock { $0.append(notice) } }
}
