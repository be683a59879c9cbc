import Bytes
import CurlTransport
import Delivery
import FindingModel
import Formats
import Glibc
import NIOSSL
import Testing

@testable import Sinks

/// What counts as delivered, and what becomes of connections.
struct SyslogDeliveryTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ options: SyslogSinkOptions) throws -> SyslogSink {
        try SyslogSink(name: "siem", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test(arguments: [false, true]) func aBatchIsAConnectionThatThePeerReadToItsEnd(tls: Bool) async throws {
        let peer = try SyslogPeer(tls: tls ? SyslogAuthority.shared.get().server() : nil)
        let sink = try sink(syslogOptions(port: peer.port, tls: tls))
        for batch in [1...300, 301...600] as [ClosedRange<UInt64>] { #expect(await sink.deliver(Change.findings(batch)).isDelivered) }
        #expect(peer.ids == Change.findings(1...600).map(\.id) && peer.connections == 2)
        await eventually { peer.open == 0 }
        #expect(peer.cuts == 0)
    }

    @Test(arguments: [false, true]) func aKeptConnectionServesManyBatchesAndEndsWithAGoodbye(tls: Bool) async throws {
        let peer = try SyslogPeer(tls: tls ? SyslogAuthority.shared.get().server() : nil)
        let sink = try sink(syslogOptions(port: peer.port, tls: tls, proof: .acknowledged))
        for batch in [1...10, 11...500, 501...501] as [ClosedRange<UInt64>] { #expect(await sink.deliver(Change.findings(batch)).isDelivered) }
        await eventually { peer.ids == Change.findings(1...501).map(\.id) }
        #expect(peer.connections == 1 && peer.open == 1)
        await sink.close()
        await eventually { peer.open == 0 }
        #expect(peer.cuts == 0)
        #expect(await sink.deliver([.finding(1)]).word == "retry")
    }

    @Test(arguments: [SyslogPeer.Ending.close, .reset, .answer]) func aConnectionThatEndedMeanwhileIsMadeAnewWithoutAFailure(_ ending: SyslogPeer.Ending)
        async throws
    {
        let peer = try SyslogPeer(tls: SyslogAuthority.shared.get().server())
        let sink = try sink(syslogOptions(port: peer.port, tls: true, proof: .acknowledged))
        #expect(await sink.deliver([.finding(1)]).isDelivered)
        peer.endAll(ending)
        await eventually { peer.open == 0 }
        #expect(await sink.deliver([.finding(2)]).isDelivered)
        await eventually { peer.ids == Change.findings(1...2).map(\.id) }
        #expect(peer.connections == 2)
        await sink.close()
    }

    @Test func aConnectionWithNothingToDoIsClosed() async throws {
        let peer = try SyslogPeer()
        let sink = try sink(
            syslogOptions(port: peer.port, proof: .acknowledged) {
                $0.target.idleTimeout = .milliseconds(20)
                $0.target.settleTime = .zero
            })
        for round in UInt64(1)...2 {
            #expect(await sink.deliver([.finding(round)]).isDelivered)
            await eventually { peer.open == 0 && peer.connections == round }
        }
        await sink.close()
    }

    /// The control: what happens to a sender that believes `send(2)`.
    @Test func whoeverBelievesSendLosesWhatAResetTakesAway() async throws {
        let peer = try StalledPeer()
        guard let naive = PlainSocket("127.0.0.1", port: peer.port) else {
            Issue.record("nobody listens")
            return
        }
        // This machine's own buffer takes all of it at once, and the peer's a part.
        let bytes = [UInt8](repeating: 0x31, count: 200_000)
        #expect(send(naive.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        await eventually { peer.connections == 1 }
        // The naive sender has counted its messages and gone on; what it sent has nowhere to go.
        peer.die()
        var rest: UInt8 = 0
        #expect(recv(naive.descriptor, &rest, 1, 0) < 0 && errno == ECONNRESET)
    }

    @Test(arguments: StreamTarget.Proof.allCases) func aBatchThatAResetTakesAwayComesAgain(_ proof: StreamTarget.Proof) async throws {
        let peer = try StalledPeer()
        let sink = try sink(syslogOptions(port: peer.port, proof: proof) { $0.events.evidence = .full })
        async let outcome = sink.deliver([.finding(1, padding: 200_000)])
        await eventually { peer.connections == 1 }
        peer.die()
        let ended = await outcome
        #expect(ended.word == "retry" && ended.failure?.mayHaveArrived == true, "\(ended)")
        await sink.close()
    }

    /// The difference between the two proofs: what a system has acknowledged its program may never read.
    @Test func whatTheSystemAcknowledgedIsNotWhatTheProgramRead() async throws {
        let peer = try StalledPeer()
        let believing = try sink(syslogOptions(port: peer.port, proof: .acknowledged))
        #expect(await believing.deliver([.finding(1)]).isDelivered)
        await believing.close()
        let proving = try sink(syslogOptions(port: peer.port))
        async let outcome = proving.deliver([.finding(1)])
        await eventually { peer.connections == 2 }
        peer.die()
        let ended = await outcome
        #expect(ended.word == "retry" && ended.failure?.mayHaveArrived == true, "\(ended)")
        await proving.close()
    }

    @Test(arguments: StreamTarget.Proof.allCases) func aReceiverThatTakesNothingIsTooSlow(_ proof: StreamTarget.Proof) async throws {
        let peer = try StalledPeer()
        let sink = try sink(
            syslogOptions(port: peer.port, proof: proof) {
                $0.target.timeout = .milliseconds(100)
                $0.events.evidence = .full
            })
        for size in [proof == .closed ? 10 : 200_000, 8 << 20] {
            let outcome = await sink.deliver([.finding(1, padding: size)])
            #expect(outcome.word == "retry" && outcome.failure?.mayHaveArrived == true && outcome.failure?.reason.contains("127.0.0.1") == true, "\(outcome)")
        }
        await eventually { peer.hasEndedConnection }
        await sink.close()
    }

    @Test func whatAnswersIsNoReceiver() async throws {
        let peer = try SyslogPeer(isWordy: true)
        let outcome = try await sink(syslogOptions(port: peer.port)).deliver([.finding(1)])
        #expect(outcome.word == "retry" && outcome.failure?.reason.contains("something else listening") == true, "\(outcome)")
    }

    @Test func aReceiverThatIsNotThereIsTriedAgain() async throws {
        // Bound, so that nobody else gets the port, and not listening.
        let held = try ListeningSocket(listens: false)
        let outcome = try await sink(syslogOptions(port: Int(held.port))).deliver([.finding(1)])
        #expect(outcome.word == "retry" && outcome.failure?.mayHaveArrived == false, "\(outcome)")
    }

    @Test func aPeerThatIsNotProvenPausesTheSink() async throws {
        let authority = try SyslogAuthority.shared.get()
        let peer = try SyslogPeer(tls: authority.server(.otherName))
        let good = try SyslogPeer(tls: authority.server())
        let plain = try SyslogPeer()
        for (port, file) in [
            (peer.port, authority.certificateFile), (good.port, nil), (good.port, "/nonexistent/ca.pem"), (plain.port, authority.certificateFile),
        ] {
            let outcome = try await sink(syslogOptions(port: port, tls: true) { $0.target.certificateAuthorityFile = file }).deliver([.finding(1)])
            #expect(outcome.word == "pause" && outcome.failure?.mayHaveArrived == false, "\(outcome)")
        }
        #expect(peer.messages.isEmpty && good.messages.isEmpty && plain.messages.isEmpty)
    }

    @Test func anAddressThatIsNotAllowedPausesTheSink() async throws {
        let peer = try SyslogPeer(tls: SyslogAuthority.shared.get().server())
        let outcome = try await sink(syslogOptions(port: peer.port, tls: true) { $0.target.policy = DestinationPolicy(networks: []) }).deliver([.finding(1)])
        #expect(outcome.word == "pause" && outcome.failure?.reason.contains("networks") == true && peer.connections == 0, "\(outcome)")
    }

    /// A server of TLS 1.3 looks at the client's certificate when the client has sent its first messages already.
    @Test(arguments: StreamTarget.Proof.allCases, [TLSVersionName.newest, .older])
    func aReceiverThatAsksForACertificateGetsOne(_ proof: StreamTarget.Proof, _ version: TLSVersionName) async throws {
        let authority = try SyslogAuthority.shared.get()
        let peer = try SyslogPeer(tls: authority.server(asksForCertificate: true, newest: version == .older ? .tlsv12 : nil))
        let without = await (try sink(syslogOptions(port: peer.port, tls: true, proof: proof))).deliver([.finding(1)])
        #expect(without.word == "pause" || without.word == "retry", "\(without)")
        #expect(peer.messages.isEmpty)
        let with = try sink(syslogOptions(port: peer.port, tls: true, proof: proof) { $0.target.identity = authority.client })
        #expect(await with.deliver([.finding(1)]).isDelivered)
        await with.close()
        await eventually { peer.ids == ["abcdefgh-1-1"] }
    }

    enum TLSVersionName { case newest, older }

    @Test func givingUpEndsSoon() async throws {
        let peer = try StalledPeer()
        let sink = try sink(syslogOptions(port: peer.port) { $0.events.evidence = .full })
        let task = Task { await sink.deliver([.finding(1, padding: 8 << 20)]) }
        await eventually { peer.connections == 1 }
        task.cancel()
        #expect(await task.value.word == "retry")
        await eventually { peer.hasEndedConnection }
        await sink.close()
    }
}
