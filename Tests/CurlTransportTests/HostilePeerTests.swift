import Bytes
import CurlTransport
import Testing

struct HostilePeerTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    @Test func anEndlessBodyIsCutAndItsStatusStands() async throws {
        let peer = try ScriptedPeer { _, _ in
            .endless("HTTP/1.1 200 OK\r\n\r\n", then: String(repeating: "x", count: 10_000))
        }
        let response = try await transport.send(try .post(peer))
        #expect(response.status == 200 && response.isCut)
        #expect(response.body.count == 4096)
        await eventually { peer.openConnections == 0 }
    }

    @Test func aLongBodyIsReadAndItsBeginningKept() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(400, body: [UInt8](repeating: 7, count: 60_000)) }
        for _ in 0..<2 {
            let response = try await transport.send(try .post(peer))
            #expect(response.status == 400 && response.isCut && response.body.count == 4096)
        }
        #expect(peer.connections == 1)
    }

    enum HugeHead: CaseIterable {
        case oneHeaderOfOneMegabyte, oneHeaderUnderTheLibrarysLimit, manyHeaders, interimAnswersWithoutEnd

        var answer: String {
            switch self {
            case .oneHeaderOfOneMegabyte: "HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 1_000_000) + "\r\n\r\n"
            case .oneHeaderUnderTheLibrarysLimit: "HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 90_000) + "\r\n\r\n"
            case .manyHeaders: "HTTP/1.1 200 OK\r\n" + String(repeating: "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", count: 2500) + "\r\n"
            case .interimAnswersWithoutEnd: String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 5000)
            }
        }
    }

    @Test(arguments: HugeHead.allCases)
    func aHugeHeadIsAnError(_ head: HugeHead) async throws {
        let peer = try ScriptedPeer { _, _ in .raw(head.answer) }
        let error = await transportError { try await transport.send(try .post(peer)) }
        #expect(error?.code == .tooLarge, "\(String(describing: error))")
        #expect(error?.mayHaveArrived == true)
    }

    @Test(arguments: [
        (ScriptedPeer.Reply.rawThenReset(""), TransportError.Code.cut), (.rawThenClose(""), .cut),
        (.rawThenReset("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), .cut),
        (.rawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), .cut),
        (.rawThenClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), .cut),
        (.rawThenClose("SSH-2.0-OpenSSH_9.2\r\n"), .badAnswer),
    ])
    func anAnswerCutOffIsAnErrorThatSaysTheRequestMayHaveArrived(_ reply: ScriptedPeer.Reply, _ code: TransportError.Code) async throws {
        let peer = try ScriptedPeer { _, _ in reply }
        let error = await transportError { try await transport.send(try .post(peer)) }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.mayHaveArrived == true)
    }

    @Test func silenceEndsWithTheTimeout() async throws {
        let peer = try ScriptedPeer { _, _ in .silence }
        var request = try OutboundRequest.post(peer)
        request.timeout = .milliseconds(200)
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .timeout && error?.mayHaveArrived == true)
        await eventually { peer.openConnections == 0 }
    }

    @Test func nobodyListeningIsAConnectError() async throws {
        let port: UInt16
        do {
            let peer = try ScriptedPeer { _, _ in .silence }
            port = peer.port
        }
        let request = OutboundRequest(method: .post, url: try OutboundURL("http://127.0.0.1:\(port)/secret-path"), policy: .loopback)
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .connect && error?.mayHaveArrived == false)
        #expect(error?.message.contains("secret-path") == false)
    }

    @Test func anUnknownNameIsAResolveError() async throws {
        let request = OutboundRequest(method: .post, url: try OutboundURL("https://nobody.invalid/"), policy: .loopback)
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .resolve && error?.mayHaveArrived == false)
    }

    @Test(arguments: [
        "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]",
    ])
    func loopbackByAnyNameIsNotReachedUnlessListed(_ host: String) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        for scheme in ["http", "https"] {
            let request = OutboundRequest(
                method: .post, url: try OutboundURL("\(scheme)://\(host):\(peer.port)/"), policy: DestinationPolicy(networks: []))
            let error = await transportError { try await transport.send(request) }
            #expect(error?.code == .refusedAddress, "\(String(describing: error))")
            #expect(error?.mayHaveArrived == false)
        }
        #expect(peer.connections == 0)
    }

    @Test(arguments: [
        "169.254.169.254", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[fe80::1%25lo]", "0xa9fea9fe", "2852039166",
        "0251.0376.0251.0376", "[fd00:ec2::254]", "224.0.0.1", "255.255.255.255",
    ])
    func someAddressesAreNeverReached(_ host: String) async throws {
        let everything = DestinationPolicy(networks: .everything)
        var request = OutboundRequest(method: .get, url: try OutboundURL("http://\(host)/latest/meta-data"), policy: everything)
        request.timeout = .seconds(5)
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .refusedAddress, "\(String(describing: error))")
    }

    @Test func aConnectionOfAnotherSinkIsNoWayRoundThePolicy() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        var request = try OutboundRequest.post(peer)
        #expect(try await transport.send(request).status == 200)
        request.policy = DestinationPolicy(networks: [])
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .refusedAddress && error?.mayHaveArrived == false)
        #expect(peer.requests.count == 1)
    }

    @Test func aRefusalBeforeTheBodyIsReadIsHeard() async throws {
        let peer = try RefusingPeer()
        var request = OutboundRequest(method: .post, url: try OutboundURL("http://127.0.0.1:\(peer.port)/"), policy: .loopback)
        request.body = [UInt8](repeating: 65, count: 8_000_000)
        let response = try await transport.send(request)
        #expect(response.status == 413)
    }
}
