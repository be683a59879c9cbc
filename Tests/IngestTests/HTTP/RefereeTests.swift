import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Ingest

/// Whatever this reader takes for a request, another reader (llhttp, through NIO) must take for the same request: otherwise one could be
/// smuggled past the other.
struct RefereeTests {
    private static let requests = [
        "POST /in/a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
        "POST /in/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\nT: u\r\n\r\n",
        "GET /healthz?x HTTP/1.1\r\nHost: a\r\nX-Empty:\r\nX-Blank: \t v \t\r\n\r\n", "POST /in/a HTTP/1.1\r\nhost:a\r\ncontent-length: 0\r\n\r\n",
    ]
    private static let splices = [
        "\r", "\n", "\r\n", " ", "\t", ":", ",", ";", "0", "1", "5", "-", "+", "x", "\u{0}", "\u{b}", "chunked", "identity", "Content-Length: 4\r\n",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "\r\n ", "\r\n\r\n", "HTTP/1.1", "_", "\u{e9}",
        "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
    ]

    @Test(arguments: [1, 2] as [UInt64]) func readsNothingDifferently(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let listener = try await Self.referee()
        let port = try #require(listener.localAddress?.port)
        var inputs: [[UInt8]] = []
        for _ in 0..<1500 {
            var bytes = Array((0..<Int.random(in: 1...2, using: &random)).map { _ in Self.requests.randomElement(using: &random) ?? "" }.joined().utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = Array((Self.splices.randomElement(using: &random) ?? "x").utf8)[0]
                default: bytes.insert(contentsOf: Array((Self.splices.randomElement(using: &random) ?? "x").utf8), at: place)
                }
            }
            inputs.append(bytes)
        }
        let cases = inputs
        let differences = try await onThread { () -> (accepted: Int, found: [String]) in
            var accepted = 0, found: [String] = []
            for input in cases {
                let ours = Self.read(input)
                accepted += ours.count
                let client = try RawClient(port: port)
                client.send(input)
                client.endSending()
                _ = client.endsWithin(milliseconds: 5000)
                let theirs = client.leftover.split(separator: "\n").map(String.init)
                if !theirs.starts(with: ours) { found.append("\(String(decoding: input, as: UTF8.self).debugDescription): \(ours) and \(theirs)") }
            }
            return (accepted, found)
        }
        try await listener.close().get()
        let differing = differences.found.count
        #expect(differing == 0, "seed \(seed): \(differences.found.prefix(5).joined(separator: "\n"))")
        #expect(differences.accepted > 500)
    }

    /// What this reader takes for complete requests; it ends at a method or a form of target that the other reader does not know.
    private static func read(_ input: [UInt8]) -> [String] {
        var requests: [String] = []
        var rest = input[...]
        while true {
            let bytes = Array(rest)
            let step: (request: String, used: Int, closes: Bool)? = bytes.withUnsafeBytes { all in
                let blank = HeadScanner.blankLines(all)
                let bytes = all.part(blank..<all.count)
                var scanner = HeadScanner(bytesMax: 16_384, fieldsMax: 100)
                guard case .complete(let length) = scanner.scan(bytes), let head = try? ParsedHead(bytes.part(0..<length)) else { return nil }
                guard head.line.method != .other, bytes[head.line.target.lowerBound] == UInt8(ascii: "/") else { return nil }
                let after = bytes.part(length..<bytes.count)
                guard let (body, used) = body(head.framing, after) else { return nil }
                let target = String(decoding: bytes.part(head.line.target), as: UTF8.self)
                return ("\(target) \(body)", blank + length + used, head.closes)
            }
            guard let step else { return requests }
            requests.append(step.request)
            if step.closes { return requests }
            rest = rest.dropFirst(step.used)
        }
    }

    private static func body(_ framing: BodyFraming, _ after: UnsafeRawBufferPointer) -> (text: String, used: Int)? {
        switch framing {
        case .length(let length):
            return length <= after.count ? (String(decoding: after.part(0..<length), as: UTF8.self).debugDescription, length) : nil
        case .chunked:
            var decoder = ChunkedDecoder(), body: [UInt8] = [], used = 0
            while let step = try? decoder.step(after.part(used..<after.count)) {
                switch step {
                case .data(let range):
                    body += after.part(used + range.lowerBound..<used + range.upperBound)
                    used += range.upperBound
                case .needsMore: return nil
                case .end(let count): return (String(decoding: body, as: UTF8.self).debugDescription, used + count)
                }
            }
            return nil
        }
    }

    /// A server that writes a line for each request that NIO's decoder reads, and closes at the first error or at the end.
    private static func referee() async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
                    try channel.pipeline.syncOperations.addHandler(Scribe())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private final class Scribe: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = ByteBuffer
        private var target = ""
        private var body = ByteBuffer()

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (target, body) = (head.uri, ByteBuffer())
            case .body(var part): body.writeBuffer(&part)
            case .end: context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "\(target) \(String(buffer: body).debugDescription)\n")), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        }
    }
}
