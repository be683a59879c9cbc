import Bytes
import CurlTransport
import Glibc
import Testing

struct ExchangeTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    @Test func aPostArrivesAsItWasWritten() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(202, headers: ["X-Id: abc"], body: Array("thanks".utf8)) }
        var request = try OutboundRequest.post(peer, "/in?a=b", body: "{\"a\":\"\u{e4}\u{0}\"}")
        request.headers.append(.init("Webhook-Id", "x-1"))
        request.headers.append(.init("X-Empty", ""))
        let response = try await transport.send(request)
        #expect(response.status == 202 && response.isSuccess)
        #expect(response.body == Array("thanks".utf8) && !response.isCut)
        #expect(response.header("x-id") == "abc")
        let received = try #require(peer.requests.first)
        #expect(received.method == "POST" && received.target == "/in?a=b")
        #expect(received.body == request.body)
        #expect(received.header("webhook-id") == "x-1" && received.header("x-empty") == "")
        #expect(received.header("expect") == nil && received.header("accept-encoding") == nil && received.header("user-agent") == nil)
        #expect(received.header("host") == "127.0.0.1:\(peer.port)")
    }

    @Test(arguments: [OutboundRequest.Method.get, .put, .patch, .delete])
    func everyMethodIsSent(_ method: OutboundRequest.Method) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(204) }
        var request = try OutboundRequest.post(peer)
        request.method = method
        #expect(try await transport.send(request).status == 204)
        #expect(peer.requests.first?.method == method.rawValue)
    }

    @Test func oneConnectionServesManyRequests() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200, body: [1]) }
        for _ in 0..<50 { #expect(try await transport.send(try .post(peer)).status == 200) }
        #expect(peer.requests.count == 50)
        #expect(peer.connections == 1)
    }

    @Test func aConnectionThatDiedMeanwhileIsReplaced() async throws {
        let peer = try ScriptedPeer { _, before in before == 0 ? .rawThenClose("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") : .answer(200) }
        #expect(try await transport.send(try .post(peer)).status == 200)
        await eventually { peer.openConnections == 0 }
        #expect(try await transport.send(try .post(peer)).status == 200)
        #expect(peer.connections == 2)
    }

    /// The peer reads the second request and then resets: on a kept connection libcurl would send it again.
    @Test func aRequestThatIsSentOnceIsNotRepeated() async throws {
        let peer = try ScriptedPeer { _, before in before == 1 ? .rawThenReset("") : .answer(200) }
        #expect(try await transport.send(try .post(peer)).status == 200)
        var request = try OutboundRequest.post(peer)
        request.isSentOnce = true
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error?.mayHaveArrived == true)
        #expect(peer.requests.count == 2)
    }

    @Test func requestsGoInParallel() async throws {
        let peer = try ScriptedPeer { request, _ in request.target == "/slow" ? .silence : .answer(200) }
        let slow = Task { try await transport.send(try .post(peer, "/slow")) }
        await eventually { peer.requests.contains { $0.target == "/slow" } }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await transport.send(try .post(peer)).status } }
            for try await status in group { #expect(status == 200) }
        }
        slow.cancel()
        _ = await slow.result
    }

    @Test func aLargeBodyGoesOutWhole() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200) }
        var request = try OutboundRequest.post(peer)
        request.body = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(try await transport.send(request).status == 200)
        #expect(peer.requests.first?.body == request.body)
    }

    @Test func redirectsAreAnswersAndNotFollowed() async throws {
        let other = try ScriptedPeer { _, _ in .answer(200) }
        let port = other.port
        let peer = try ScriptedPeer { _, _ in .answer(307, headers: ["Location: http://127.0.0.1:\(port)/"]) }
        let response = try await transport.send(try .post(peer))
        #expect(response.status == 307 && !response.isSuccess)
        #expect(other.connections == 0)
    }

    @Test func retryAfterIsReadable() async throws {
        let peer = try ScriptedPeer { _, before in
            .answer(503, headers: [before == 0 ? "Retry-After: 17" : "Retry-After: Mon, 02 Mar 2026 10:00:30 GMT"])
        }
        #expect(try await transport.send(try .post(peer)).retryAfter(now: 0) == .seconds(17))
        #expect(try await transport.send(try .post(peer)).retryAfter(now: 1_772_445_600) == .seconds(30))
    }

    @Test func answersAreNotDecompressed() async throws {
        let peer = try ScriptedPeer { _, _ in .answer(200, headers: ["Content-Encoding: gzip"], body: [0x1f, 0x8b, 0, 1, 2, 3]) }
        #expect(try await transport.send(try .post(peer)).body == [0x1f, 0x8b, 0, 1, 2, 3])
    }

    @Test func proxiesOfTheEnvironmentAreIgnored() async throws {
        let proxy = try ScriptedPeer { _, _ in .answer(200) }
        for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:\(proxy.port)", 1) }
        defer { for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { unsetenv(name) } }
        let peer = try ScriptedPeer { _, _ in .answer(201) }
        #expect(try await transport.send(try .post(peer)).status == 201)
        #expect(proxy.connections == 0)
    }

    @Test func aUnixSocketIsReached() async throws {
        let folder = try TemporaryFolder()
        let peer = try ScriptedPeer(unixPath: folder.path + "/s") { request, _ in .answer(200, body: Array(request.target.utf8)) }
        var request = OutboundRequest(method: .get, url: try OutboundURL("http://weir/status"), policy: DestinationPolicy(networks: []))
        request.unixSocketPath = folder.path + "/s"
        #expect(try await transport.send(request).body == Array("/status".utf8))
        request.unixSocketPath = folder.path + "/none"
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .connect && error?.mayHaveArrived == false)
        _ = peer
    }

    @Test func shuttingDownAnswersEveryone() async throws {
        let peer = try ScriptedPeer { _, _ in .silence }
        let waiting = Task { try await transport.send(try .post(peer)) }
        await eventually { peer.requests.count == 1 }
        await transport.shutdown()
        let error = await transportError { try await waiting.value }
        #expect(error?.code == .stopped && error?.mayHaveArrived == true)
        let late = await transportError { try await transport.send(try .post(peer)) }
        #expect(late?.code == .stopped && late?.mayHaveArrived == false)
        await eventually { peer.openConnections == 0 }
    }

    @Test func cancellingEndsTheRequest() async throws {
        let peer = try ScriptedPeer { _, _ in .silence }
        let waiting = Task { try await transport.send(try .post(peer)) }
        await eventually { peer.requests.count == 1 }
        waiting.cancel()
        let error = await transportError { try await waiting.value }
        #expect(error?.code == .cancelled && error?.mayHaveArrived == true)
        await eventually { peer.openConnections == 0 }
    }

    @Test func aTaskCancelledBeforehandSendsNothingForLong() async throws {
        let peer = try ScriptedPeer { _, _ in .silence }
        let waiting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.send(try .post(peer))
        }
        let error = await transportError { try await waiting.value }
        #expect(error?.code == .cancelled)
    }
}
