import CurlTransport
import Delivery
import FindingModel
import Formats
import JSONDocument
import Logging
import State
import Testing

@testable import Sinks

/// The sink against rsyslog itself, over TLS.
@Suite(.enabled(if: RsyslogReceiver.program != nil, "rsyslogd is not installed (Debian: rsyslog and rsyslog-openssl)"))
struct RsyslogTests {
    let transport: CurlTransport
    let authority: SyslogAuthority

    init() throws {
        transport = try CurlTransport()
        authority = try SyslogAuthority.shared.get()
    }

    private func sink(port: Int, _ change: (inout SyslogSinkOptions) -> Void = { _ in }) throws -> SyslogSink {
        var target = StreamTarget(try StreamAddress("tls://\(RsyslogReceiver.address):\(port)"), policy: .loopback)
        target.certificateAuthorityFile = authority.certificateFile
        var options = SyslogSinkOptions(target: target)
        options.hasByteOrderMark = false
        options.batch = 50
        change(&options)
        return try SyslogSink(name: "siem", options: options, resources: SinkResources(transport: transport, version: "1.2.3"))
    }

    /// A thousand findings whose texts mean something to one system or another.
    private static let changes: [Change] = (1...1000).map { number in
        let text = HostileTexts.all[number % HostileTexts.all.count]
        return .finding(number % 3 == 0 ? .hostile(text) : .sample(), UInt64(number))
    }

    @Test(arguments: [EventFormat.canonical, .cef], StreamTarget.Proof.allCases)
    func aThousandMessagesArriveAsTheyAre(format: EventFormat, proof: StreamTarget.Proof) async throws {
        let receiver = try RsyslogReceiver(authority)
        let (program, port) = try await receiver.start()
        let sink = try sink(port: port) { options in
            options.events.format = format
            options.target.proof = proof
        }
        for start in stride(from: 0, to: 1000, by: 50) { #expect(await sink.deliver(Array(Self.changes[start..<(start + 50)])).isDelivered) }
        await sink.close()
        // With the proof `closed` nothing is left to wait for.
        if proof == .acknowledged { await eventually { receiver.lines.count >= 1000 } }
        program.end()
        let lines = receiver.lines
        #expect(lines.map(\.id) == Self.changes.map(\.id))
        for (line, change) in zip(lines, Self.changes) {
            let text = line.text.drop { $0 == " " }
            switch format {
            case .cef: #expect(text.hasPrefix("CEF:0|Weir|Weir|1.2.3|finding.opened|") && text.contains(" cs6=\(change.id) "))
            default: #expect(try JSONValue(parsing: Array(text.utf8))["id"]?.stringValue == change.id)
            }
        }
        #expect(!receiver.complaints.contains("oversize") && !receiver.complaints.contains("Framing"), "\(receiver.complaints)")
    }

    @Test func messagesThatEndWithALineFeedArriveAsTheyAre() async throws {
        let receiver = try RsyslogReceiver(authority)
        let (program, port) = try await receiver.start()
        let sink = try sink(port: port) { $0.framing = .newline }
        for start in stride(from: 0, to: 1000, by: 50) { #expect(await sink.deliver(Array(Self.changes[start..<(start + 50)])).isDelivered) }
        await sink.close()
        program.end()
        #expect(receiver.lines.map(\.id) == Self.changes.map(\.id))
        #expect(!receiver.complaints.contains("oversize") && !receiver.complaints.contains("Framing"), "\(receiver.complaints)")
    }

    @Test func datagramsArriveAsTheyAre() async throws {
        let place = try DatagramPeer(RsyslogReceiver.address)
        let datagramPort = place.port
        place.close()
        let receiver = try RsyslogReceiver(authority, datagramPort: datagramPort)
        let (program, _) = try await receiver.start()
        var options = SyslogSinkOptions(
            target: StreamTarget(try StreamAddress("udp://\(RsyslogReceiver.address):\(datagramPort)"), policy: .loopback))
        options.hasByteOrderMark = false
        let sink = try SyslogSink(name: "siem", options: options, resources: SinkResources(transport: transport, version: "1.2.3"))
        for start in stride(from: 0, to: 200, by: 20) { #expect(await sink.deliver(Array(Self.changes[start..<(start + 20)])).isDelivered) }
        await sink.close()
        await eventually { receiver.lines.count >= 200 }
        program.end()
        #expect(receiver.lines.map(\.id) == Self.changes.prefix(200).map(\.id))
    }

    @Test func nothingIsLostWhileRsyslogIsRestarted() async throws {
        let receiver = try RsyslogReceiver(authority)
        var (program, port) = try await receiver.start()
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let sink = try sink(port: port) { $0.batch = 10 }
        let service = DeliveryService(
            feed: ListFeed(Self.changes), ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: [sink.name])], clock: JumpingClock(),
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        service.start()
        for goal in [100, 400, 700] {
            await eventually { receiver.lines.count >= goal }
            program.end()
            (program, port) = try await receiver.start(port: port)
        }
        await eventually { await service.statuses()[0].pending == 0 }
        await service.stop(within: .seconds(5))
        await ledger.close()
        program.end()
        let lines = receiver.lines
        var seen: Set<String> = []
        #expect(lines.map(\.id).filter { seen.insert($0).inserted } == Self.changes.map(\.id))
        #expect(lines.count < 1100, "repetitions are what was under way, not everything")
    }

    @Test func onlyAPermittedCertificateGetsIn() async throws {
        let receiver = try RsyslogReceiver(authority, asksForCertificate: true)
        let (program, port) = try await receiver.start()
        for proof in StreamTarget.Proof.allCases {
            let stranger = try sink(port: port) { $0.target.proof = proof }
            let refused = await stranger.deliver([.finding(.sample(), 1)])
            #expect(refused.word == "pause" || refused.word == "retry", "\(refused)")
            await stranger.close()
            let known = try sink(port: port) { options in
                options.target.proof = proof
                options.target.identity = authority.client
            }
            #expect(await known.deliver([.finding(.sample(), 2)]).isDelivered)
            await known.close()
        }
        await eventually { receiver.lines.count >= 2 }
        program.end()
        #expect(receiver.lines.map(\.id) == ["abcdefgh-2-1", "abcdefgh-2-1"], "\(receiver.complaints)")
    }
}
