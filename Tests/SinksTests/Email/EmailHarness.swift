import CurlTransport
import Delivery
import Synchronization

@testable import Sinks

extension EmailSinkOptions {
    /// Mails to `peer`, which speaks without TLS on loopback.
    static func plain(_ peer: SMTPPeer, to recipients: [String] = ["alice@example.com"]) throws -> EmailSinkOptions {
        EmailSinkOptions(
            server: try MailServer("smtp://127.0.0.1:\(peer.port)", security: MailServer.Security.none), policy: .loopback, sender: "weir@example.com",
            recipients: recipients)
    }
}

/// People who keep every mail, behind a server that meets faults where its system would.
final class EmailHarness: SinkHarness {
    private struct State {
        var isFailing = false
        var failures = 0
        var plan: FaultPlan?
        /// What each connection meets.
        var faults: [Int: PeerFault] = [:]
    }

    private final class Server: Sendable {
        let state = Mutex(State())
    }

    private let peer: SMTPPeer
    private let server: Server
    /// The changes that each mail shows, of those that were read.
    private let read = Mutex<[[String]]>([])
    private let transport: CurlTransport
    private let batch: Int

    init(transport: CurlTransport, batch: Int) throws {
        self.transport = transport
        self.batch = batch
        let server = Server()
        self.server = server
        peer = try SMTPPeer { moment, connection in server.state.withLock { Self.answer(moment, connection, &$0) } }
    }

    private static func answer(_ moment: SMTPPeer.Moment, _ connection: Int, _ state: inout State) -> SMTPPeer.Reply? {
        if state.isFailing { return failure(moment, &state) }
        // How many changes a mail has is not known when the fault is met: a mail about one is never too large.
        if moment == .connected { state.faults[connection] = state.plan?.next(isSingle: false) }
        let fault = state.faults[connection]
        guard case .message(let message) = moment else { return fault.flatMap { early($0, moment) } }
        let ids = MIMEReader(message)?.changes ?? []
        if let way = state.plan?.next(words: ids) { return late(way) }
        if fault == .tooLarge, ids.count > 1 { return .line("552 5.3.4 Message size exceeds fixed limit") }
        if state.plan?.refusesSome == true, ids.contains(where: FaultPlan.refuses) {
            return fault == .resetAfter || fault == .cut ? .reset : .line("554 5.6.0 \(FaultPlan.words)")
        }
        switch fault {
        case .cut: return .close("250-2.0.0 Ok: que")
        case .resetAfter: return .keepThenReset
        default: return nil
        }
    }

    /// Replies before the message: RFC 5321, sections 3.8 and 4.2.2; RFC 4954, section 6, for 530.
    private static func early(_ fault: PeerFault, _ moment: SMTPPeer.Moment) -> SMTPPeer.Reply? {
        switch (fault, moment) {
        case (.slowDown, .connected): return .close("421 4.7.0 mail.test too many connections, closing transmission channel\r\n")
        case (.nonsense, .connected): return .close("SSH-2.0-OpenSSH_9.6\r\n")
        case (.unavailable, .sender): return .line("451 4.3.0 local error in processing")
        case (.forbidden, .sender): return .line("530 5.7.0 Authentication required")
        case (.reset, .sender): return .reset
        case (.slowDownUntil, .recipient): return .line("450 4.2.1 mailbox busy")
        case (.denied, .sender): return .line("550 5.7.1 sender not allowed here")
        case (.missing, .data), (.gone, .data): return .line("554 5.3.2 system does not accept messages")
        case (.broken, .data), (.late, .data): return .line("451 4.3.0 local error in processing")
        default: return nil
        }
    }

    /// Replies to a message whose words somebody in between does not want.
    private static func late(_ fault: PeerFault) -> SMTPPeer.Reply {
        switch fault {
        case .gone: .line("552 5.2.2 mailbox full")
        case .broken, .late: .line("451 4.7.1 scanner failed")
        case .reset: .reset
        case .cut: .close("")
        default: .line("550 5.7.1 message content rejected")
        }
    }

    private static func failure(_ moment: SMTPPeer.Moment, _ state: inout State) -> SMTPPeer.Reply? {
        if moment == .connected { state.failures += 1 }
        switch (state.failures % 5, moment) {
        case (0, .connected): return .close("421 4.3.2 mail.test shutting down\r\n")
        case (1, .message): return .line("452 4.3.1 insufficient system storage")
        case (2, .message): return .reset
        case (3, .recipient): return .line("450 4.2.0 greylisted, come back later")
        case (4, .data): return .close("")
        default: return nil
        }
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        var options = try EmailSinkOptions.plain(peer)
        options.batch = batch
        return try EmailSink(name: "mail", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
    }

    func received() throws -> [String] {
        let mails = peer.mails
        return read.withLock { read in
            read += mails.dropFirst(read.count).map { MIMEReader($0.message)?.changes ?? [] }
            return read.flatMap { $0 }
        }
    }

    func fail(_ isFailing: Bool) { server.state.withLock { $0.isFailing = isFailing } }

    func meet(_ plan: FaultPlan?) { server.state.withLock { $0.plan = plan } }

    var refusesChanges: Bool { true }
}
