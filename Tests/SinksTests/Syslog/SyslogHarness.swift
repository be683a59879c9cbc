import CurlTransport
import Delivery
import FindingModel
import Formats

@testable import Sinks

/// The settings of a sink towards a peer on loopback.
func syslogOptions(
    port: Int, tls: Bool = false, proof: StreamTarget.Proof = .closed, _ change: (inout SyslogSinkOptions) -> Void = { _ in }
) throws -> SyslogSinkOptions {
    var target = StreamTarget(try StreamAddress("\(tls ? "tls" : "tcp")://127.0.0.1:\(port)"), policy: .loopback)
    if tls { target.certificateAuthorityFile = try SyslogAuthority.shared.get().certificateFile }
    target.proof = proof
    target.timeout = .seconds(20)
    var options = SyslogSinkOptions(target: target)
    options.host = "gateway.example"
    options.events.format = .canonical
    change(&options)
    return options
}

/// A sink of type `syslog`, and its peer as the suite of all sinks wants it.
final class SyslogHarness: SinkHarness {
    let peer: SyslogPeer
    private let options: SyslogSinkOptions
    private let transport: CurlTransport

    /// The peer reads pieces of messages. With the proof `acknowledged` nobody could keep the promises: it may die with some that its system has.
    init(transport: CurlTransport, tls: Bool) throws {
        peer = try SyslogPeer(tls: tls ? SyslogAuthority.shared.get().server() : nil, pieceBytes: 700)
        options = try syslogOptions(port: peer.port, tls: tls) { $0.batch = 20 }
        self.transport = transport
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        try SyslogSink(name: "siem", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: clock))
    }

    func received() throws -> [String] { peer.ids }

    func fail(_ isFailing: Bool) { peer.fail(isFailing) }

    func meet(_ plan: FaultPlan?) { peer.meet(plan) }
}
