import Bytes
import CurlTransport
import Delivery
import FindingModel
import Formats
import Glibc
import Synchronization
import Testing

@testable import Sinks

/// syslog over UDP, and receivers that never close.
struct DatagramTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ url: String, _ change: (inout SyslogSinkOptions) -> Void = { _ in }) throws -> SyslogSink {
        var options = SyslogSinkOptions(target: StreamTarget(try StreamAddress(url), policy: .loopback))
        options.host = "gateway.example"
        change(&options)
        return try SyslogSink(name: "siem", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test func eachMessageIsADatagram() async throws {
        let peer = try DatagramPeer("127.0.0.1")
        let sink = try sink("udp://127.0.0.1:\(peer.port)")
        let changes = (1...30).map { Change.finding(.sample(), UInt64($0)) }
        #expect(await sink.deliver(changes) == .delivered(status: nil, id: nil))
        let messages = try changes.map { _ in try SyslogMessageReader.read(peer.next()[...]) }
        #expect(messages.map { $0.parameter("id") } == changes.map(\.id))
        await sink.close()
    }

    @Test func aPortWhereNobodyListensIsAFailureAndNoDelivery() async throws {
        let peer = try DatagramPeer("127.0.0.1")
        let port = peer.port
        let sink = try sink("udp://127.0.0.1:\(port)")
        #expect(await sink.deliver([.finding(.sample(), 1)]).isDelivered)
        peer.close()
        let outcome = await sink.deliver([.finding(.sample(), 2)])
        #expect(outcome.word == "retry" && outcome.failure?.reason == "127.0.0.1: nobody listens on that port")
        // The next attempt begins anew.
        #expect(await sink.deliver([.finding(.sample(), 2)]).word == "retry")
        await sink.close()
    }

    @Test func aMessageThatNoDatagramHoldsIsSetAside() async throws {
        let peer = try DatagramPeer("127.0.0.1")
        let sink = try sink("udp://127.0.0.1:\(peer.port)") { options in
            options.events.format = .canonical
            options.events.evidence = .full
        }
        var large = Finding.sample()
        large.desc = String(repeating: "d", count: 70_000)
        guard case .items(let items, nil, nil) = await sink.deliver([.finding(large, 1), .finding(.sample(), 2)]), case .reject(let failure) = items[0] else {
            Issue.record("not an answer for each change")
            return
        }
        #expect(items[1] == .delivered && failure.reason.contains("larger than a datagram can be"))
        #expect(try SyslogMessageReader.read(peer.next()[...]).parameter("id") == "abcdefgh-2-1")
        await sink.close()
    }

    @Test func anAddressThatIsNotAllowedGetsNothing() async throws {
        let peer = try DatagramPeer("127.0.0.1")
        let sink = try sink("udp://127.0.0.1:\(peer.port)") { options in
            options.target.policy = DestinationPolicy(networks: AddressBlockList(["10.0.0.0/8"].compactMap { try? AddressBlock($0) }))
        }
        let outcome = await sink.deliver([.finding(.sample(), 1)])
        #expect(outcome.word == "pause" && outcome.failure?.reason.contains("loopback address that `networks` does not list") == true)
        await sink.close()
    }

    /// Whoever reads everything and keeps the connection open would be sent the same batch for ever: the words name the cure.
    @Test func aReceiverThatNeverClosesIsNamedWithItsCure() async throws {
        let listener = try ListeningSocket()
        onThread {
            while case let connection = listener.nextConnection(), connection >= 0 {
                // Reads to the end and then just stays.
                var bytes = [UInt8](repeating: 0, count: 4096)
                while read(connection, &bytes, bytes.count) > 0 {}
            }
        }
        let sink = try sink("tcp://127.0.0.1:\(listener.port)") { $0.target.timeout = .milliseconds(300) }
        let outcome = await sink.deliver([.finding(.sample(), 1)])
        #expect(outcome.word == "retry" && outcome.failure?.reason.contains("set `confirm: ack` for this sink") == true, "\(outcome)")
        await sink.close()
        listener.stop()
    }
}

/// A socket that datagrams arrive at.
final class DatagramPeer: Sendable {
    private let descriptor: Int32
    private let isClosed = Mutex(false)
    let port: Int

    init(_ address: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, address, &place.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0 }
        }
        guard isBound else { throw PeerError.socket(errno) }
        port = Int(UInt16(bigEndian: place.sin_port))
        var wait = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(descriptor) }
            isClosed = true
        }
    }

    /// The next datagram; empty when none comes.
    func next() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 70_000)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }
}
