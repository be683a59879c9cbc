import Bytes
import CurlTransport
import Delivery
import FindingModel
import Formats
import JSONDocument
import Testing

@testable import Sinks

/// What is written, message by message.
struct SyslogSinkTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ options: SyslogSinkOptions) throws -> SyslogSink {
        try SyslogSink(name: "siem", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    /// What a peer gets of `changes`.
    private func messages(_ changes: [Change], _ change: (inout SyslogSinkOptions) -> Void = { _ in }) async throws -> [SyslogReceived] {
        let peer = try SyslogPeer()
        let sink = try sink(syslogOptions(port: peer.port, change))
        #expect(await sink.deliver(changes).isDelivered)
        await sink.close()
        #expect(peer.violations.isEmpty)
        return peer.messages
    }

    @Test func aMessageHasTheChangesIdAndTheWholeEvent() async throws {
        let change = Change.finding(.sample(severity: .critical), 7)
        let message = try #require(try await messages([change]).first)
        #expect(message.priority == 16 * 8 + 2 && message.time == "2026-03-02T09:50:00.000Z")
        #expect(message.host == "gateway.example" && message.appName == "weir" && message.processID == "-" && message.messageID == "finding.opened")
        #expect(message.elements.count == 1 && message.elements[0].id == "weir@32473" && message.hasByteOrderMark)
        #expect(message.parameter("id") == "abcdefgh-7-1" && message.parameter("uid") == change.subject)
        #expect(message.text == change.cloudEventJSON)
    }

    @Test func everySettingHasItsEffect() async throws {
        let message = try #require(
            try await messages([.finding(.sample(severity: .low), 7)]) { options in
                options.facility = .authpriv
                options.appName = "scanner-gateway"
                options.host = "gw1"
                options.enterpriseNumber = 4_294_967_295
                options.hasByteOrderMark = false
                options.events.format = .ocsf
            }.first)
        #expect(message.priority == 10 * 8 + 5 && message.appName == "scanner-gateway" && message.host == "gw1" && !message.hasByteOrderMark)
        #expect(message.elements[0].id == "weir@4294967295")
        #expect(try JSONValue(parsing: message.text)["metadata"]?["uid"]?.stringValue == "abcdefgh-7-1")
    }

    @Test func cefIsWhatASIEMGetsWhenNothingIsSaid() async throws {
        let options = SyslogSinkOptions(target: StreamTarget(try StreamAddress("tls://siem.example"), policy: .loopback))
        #expect(options.events.format == .cef && options.target.address.port == 6514 && options.target.proof == .closed)
        let text = try #require(try await messages([.finding(.sample(), 7)]) { $0.events.format = .cef }.first).text
        #expect(String(decoding: text, as: UTF8.self).hasPrefix("CEF:0|Weir|Weir|1.2.3|finding.opened|SQL injection|8|"))
    }

    @Test(arguments: zip(Severity.allCases, [4, 6, 5, 4, 3, 2])) func theSeverityIsTheRecords(severity: Severity, code: Int) async throws {
        #expect(try await messages([.finding(.sample(severity: severity), 1)]).first?.priority == 16 * 8 + code)
    }

    @Test func scansAndNoticesHaveASeverityToo() async throws {
        var scan = Change.finding(1)
        (scan.kind, scan.type) = (.scan, "scan.failed")
        var done = scan
        done.type = "scan.completed"
        #expect(try await messages([scan, done, .test(at: FixedClock().now), .finding(4)]).map { $0.priority & 7 } == [4, 6, 5, 4])
    }

    @Test func aRecordThatTheFormatCannotHoldIsSetAside() async throws {
        let peer = try SyslogPeer()
        let sink = try sink(syslogOptions(port: peer.port) { $0.events.format = .cef })
        guard case .items(let items, nil, nil) = await sink.deliver([.finding(1), .finding(.sample(), 2)]), case .reject(let failure) = items[0] else {
            Issue.record("not an answer for each change")
            return
        }
        #expect(items[1] == .delivered && failure.reason.contains("abcdefgh-1-1") && peer.ids == ["abcdefgh-2-1"])
        #expect(await sink.deliver([.finding(1)]).word == "items" && peer.connections == 1)
    }

    /// Whatever vendors write, a message is one message, its fields are what they were, and its text says the same.
    @Test(arguments: EventFormat.allCases) func hostileTextChangesNothing(format: EventFormat) async throws {
        let texts = HostileTexts.all + ["1 <13>1 - - - - - - x", "\n<13>1 2026-03-02T10:00:00Z a b c d - x", "]\" x=\"", "\\", "\"] [a@1 b=\"c"]
        var changes = texts.enumerated().map { index, text in
            var change = Change.finding(.hostile(text), UInt64(index + 1))
            // The structured data and the header hold only what the gateway itself makes, which is no reason to trust it.
            change.subject = text.isEmpty ? "-" : String(text.prefix(200))
            change.type = "notice." + text.prefix(64)
            return change
        }
        changes.append(.finding(.sample(), 999))
        let messages = try await messages(changes) { $0.events.format = format }
        try #require(messages.count == changes.count)
        for (message, change) in zip(messages, changes) {
            #expect(message.parameter("id") == change.id && message.priority == 131 && message.size <= SyslogChange.summaryBytes)
            let plain = String(
                String.UnicodeScalarView(
                    change.subject.unicodeScalars.map { [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory) ? " " : $0 }))
            #expect(message.parameter("uid").map { Array($0.utf8) } == Array(plain.utf8))
            #expect(!message.text.contains { $0 < 0x20 })
            switch format {
            case .canonical:
                #expect(try JSONValue(parsing: message.text)["id"]?.stringValue == change.id)
                if change.cloudEventJSON.count <= SyslogChange.eventBytes { #expect(message.text == change.cloudEventJSON) }
            case .ocsf: #expect(try JSONValue(parsing: message.text)["metadata"]?["uid"]?.stringValue == change.id)
            case .ecs: #expect(try JSONValue(parsing: message.text)["event"]?["id"]?.stringValue == change.id)
            case .cef: #expect(String(decoding: message.text, as: UTF8.self).contains(" cs6=\(change.id) "))
            }
        }
    }

    /// rsyslog cuts what is beyond 8,096 bytes; receivers should take 8,192.
    @Test(arguments: EventFormat.allCases) func theLargestSummaryFitsIntoWhatReceiversTake(format: EventFormat) async throws {
        var finding = Finding.sample(String(repeating: "f", count: 34), severity: .critical)
        finding.evidence = [Evidence(type: "http", request: String(repeating: "r", count: 20_000))]
        finding.desc = String(repeating: "d", count: 3000)
        finding.remediation = String(repeating: "\"", count: 3000)
        var change = Change.finding(finding, .max)
        change.id = "abcdefgh-18446744073709551615-18446744073709551615"
        change.type = "notice." + String(repeating: "t", count: 64)
        let longest: (inout SyslogSinkOptions) -> Void = { options in
            options.events.format = format
            options.host = String(repeating: "h", count: SyslogSinkOptions.hostLength)
            options.appName = String(repeating: "a", count: SyslogSinkOptions.appNameLength)
            options.facility = .local7
            options.enterpriseNumber = 4_294_967_295
        }
        let message = try #require(try await messages([change], longest).first)
        #expect(message.size <= SyslogChange.summaryBytes && message.size - message.text.count <= SyslogChange.summaryBytes - SyslogChange.eventBytes)
        #expect(format == .cef || message.text.count > SyslogChange.eventBytes - 3000)
        let whole = try #require(
            try await messages([change]) { options in
                longest(&options)
                options.events.evidence = .full
            }.first)
        #expect(format == .cef || whole.size > 20_000)
    }

    @Test func theTimeIsTheFindingsOrThatOfReceipt() async throws {
        let message = try #require(
            try await messages([.finding(.sample(), 7)]) { options in
                options.events.time = .received
                options.events.format = .cef
            }.first)
        #expect(message.time == "2026-03-02T09:50:00.500Z")
        let text = String(decoding: message.text, as: UTF8.self)
        #expect(text.contains(" deviceCustomDate2=1772445000000 deviceCustomDate2Label=time"))
    }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = SyslogSinkOptions(target: StreamTarget(try StreamAddress("tcp://siem.example"), policy: DestinationPolicy(networks: [])))
        options.target.identity = ClientIdentity(certificateFile: "c", keyFile: "k")
        options.target.timeout = .zero
        options.target.connectTimeout = .zero
        options.appName = "a b"
        options.host = ""
        options.enterpriseNumber = 0
        options.batch = 0
        #expect(options.issues.map(\.key) == ["url", "certificate", "timeout", "connect-timeout", "app-name", "host", "enterprise-number", "batch"])
    }

    @Test(arguments: [
        ("tls://siem.example", "siem.example", 6514), ("tcp://10.0.0.5", "10.0.0.5", 514), ("tls://[2001:db8::1]:1514/", "[2001:db8::1]", 1514),
        ("TLS://siem.example:6515", "siem.example", 6515), ("udp://siem.example", "siem.example", 514),
    ]) func anAddressIsRead(text: String, host: String, port: Int) throws {
        let address = try StreamAddress(text)
        #expect(
            address.host == host && address.port == port && address.isPlain == !text.lowercased().hasPrefix("tls")
                && address.isDatagram == text.hasPrefix("udp"))
    }

    @Test(arguments: [
        "", "siem.example:6514", "https://siem.example", "udt://siem.example:514", "tls://", "tls://siem.example/path", "tls://siem.example?x",
        "tls://u:p@siem.example",
        "tls://siem.example:0", "tls://siem.example:65536", "tls://siem.example:syslog", "tls://siem .example", "tls://siem.example#x", "tls:///x",
        "tls://a://b",
    ]) func whatIsNoAddressIsRefused(text: String) throws {
        let error = #expect(throws: TransportError.self) { try StreamAddress(text) }
        #expect(error?.code == .invalidRequest && error?.message.contains("siem") == false)
    }

    @Test(arguments: [false, true]) func itKeepsTheSinksPromises(tls: Bool) async throws {
        let harness = try SyslogHarness(transport: transport, tls: tls)
        try await SinkConformance(harness: harness).run()
        #expect(harness.peer.violations.isEmpty)
    }

    @Test(arguments: [false, true]) func whatFailsIsTheSinkOrOneChange(tls: Bool) async throws {
        let harness = try SyslogHarness(transport: transport, tls: tls)
        try await SinkConformance(harness: harness).runOwnFaults()
        #expect(harness.peer.violations.isEmpty)
    }
}
