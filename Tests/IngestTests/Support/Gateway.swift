import Bytes
import Adapters
import Digests
import FindingModel
import Foundation
import Journal
import Logging
import Synchronization

@testable import Ingest

/// A log handler that keeps its lines.
final class LogLines: LogHandler, Sendable {
    private let lines = Mutex<[String]>([])
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
    var all: [String] { lines.withLock { $0 } }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        lines.withLock { $0.append("\(event.message) " + pairs.joined(separator: " ")) }
    }
}

/// The sources that most tests use, their secrets, and requests for them.
enum Samples {
    static let secret = "CANARY-hmac-secret"
    static let token = "CANARY-bearer-token"
    static let pathSecret = "CANARY-path-secret"
    static let now = Timestamp(milliseconds: 1_772_445_600_000)

    static let signature = SignatureScheme(
        algorithm: .sha256, header: "X-Sig", encoding: .hex, beforeBody: [.header("X-Ts"), .literal(Array(".".utf8))],
        time: SignatureScheme.SignedTime(header: "X-Ts", unit: .milliseconds, tolerance: .within(milliseconds: 300_000)))

    static func source(
        _ name: String, _ scheme: AuthenticationScheme, _ secrets: [String], deduplicates: Bool = true, limits: SourceLimits = SourceLimits(),
        allow: AddressBlockList? = nil, keptHeaders: [String] = []
    ) -> IngestSource {
        let labelled = secrets.enumerated().map { LabelledSecret(label: "secret-\($0.offset + 1)", value: Array($0.element.utf8)) }
        return IngestSource(
            name: name, authenticator: Authenticator(scheme: scheme, secrets: labelled), redactor: redactor(secrets), keptHeaders: keptHeaders,
            deduplicates: deduplicates, limits: limits, allow: allow)
    }

    static func redactor(_ secrets: [String]) -> Redactor { Redactor(rules: RedactionRules(), secrets: secrets.map { Array($0.utf8) }) }

    /// `signed` (HMAC), `token` (bearer), `url` (secret URL).
    static func sources(limits: SourceLimits = SourceLimits()) -> [IngestSource] {
        [
            source("signed", .hmac(signature), [secret], limits: limits),
            source("token", .bearer, [token], limits: limits),
            source("url", .secretURL, [pathSecret], limits: limits),
        ]
    }

    /// The header lines of a signed body.
    static func signatureLines(_ body: [UInt8], time: Timestamp = now, secret: String = secret) -> String {
        let stamp = String(time.milliseconds)
        let message = Array(stamp.utf8) + Array(".".utf8) + body
        let digest = message.withUnsafeBytes { HMACKey(Array(secret.utf8), algorithm: .sha256).code(for: [$0]) }
        return "X-Ts: \(stamp)\r\nX-Sig: \(Hex.encode(digest))\r\n"
    }

    static func post(_ path: String, _ body: String, _ lines: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: weir\r\n\(lines)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func signed(_ body: String, _ lines: String = "") -> String { post("/in/signed", body, signatureLines(Array(body.utf8)) + lines) }
    static func bearer(_ body: String, _ lines: String = "") -> String { post("/in/token", body, "Authorization: Bearer \(token)\r\n" + lines) }
    static func url(_ body: String, _ lines: String = "") -> String { post("/in/url/\(pathSecret)", body, lines) }

    /// The same request with its body in chunks of `size`.
    static func chunked(_ path: String, _ body: String, size: Int, _ lines: String = "") -> String {
        var text = "POST \(path) HTTP/1.1\r\nHost: weir\r\n\(lines)Transfer-Encoding: chunked\r\n\r\n"
        var rest = Array(body.utf8)[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(size)
            rest = rest.dropFirst(chunk.count)
            text += "\(String(chunk.count, radix: 16))\r\n\(String(decoding: chunk, as: UTF8.self))\r\n"
        }
        return text + "0\r\n\r\n"
    }
}

/// A running ingest server with its journal and log.
struct Gateway: Sendable {
    let server: IngestServer
    /// The journal behind it, unless the test brought one of its own.
    let journal: MemoryJournal
    let log: LogLines
    let port: Int

    func client(from address: String = "127.0.0.1") throws -> RawClient { try RawClient(port: port, from: address) }

    /// The answer to one request on a connection of its own.
    func answer(_ request: String) throws -> RawAnswer {
        let client = try client()
        client.send(request)
        return try client.answer()
    }

    /// Waits until `condition` holds; false when it does not within the time, which leaves room for tasks that wait for all other tests'.
    func eventually(within milliseconds: Int = 30_000, _ condition: () -> Bool) -> Bool {
        let end = Clock.milliseconds() + milliseconds
        while !condition() {
            guard Clock.milliseconds() < end else { return false }
            poll(nil, 0, 1)
        }
        return true
    }

    /// Starts a server, runs `body` on a thread of its own, and stops the server.
    static func run<T: Sendable>(
        sources: [IngestSource] = Samples.sources(), trustedProxies: AddressBlockList = AddressBlockList([]), tls: IngestTLS? = nil,
        on journal: (any Journal)? = nil, limits: @Sendable (inout IngestLimits) -> Void = { _ in }, _ body: @escaping @Sendable (Gateway) throws -> T
    ) async throws -> T {
        try await runAsync(sources: sources, trustedProxies: trustedProxies, tls: tls, on: journal, limits: limits) { gateway in
            try await onThread { try body(gateway) }
        }
    }

    /// Starts a server, runs `body`, and stops the server.
    static func runAsync<T: Sendable>(
        sources: [IngestSource] = Samples.sources(), trustedProxies: AddressBlockList = AddressBlockList([]), tls: IngestTLS? = nil,
        on journal: (any Journal)? = nil, limits: @Sendable (inout IngestLimits) -> Void = { _ in }, _ body: @Sendable (Gateway) async throws -> T
    ) async throws -> T {
        var bounds = IngestLimits()
        bounds.tick = .milliseconds(5)
        bounds.lingerTimeout = .milliseconds(300)
        limits(&bounds)
        let memory = MemoryJournal()
        let lines = LogLines()
        let server = IngestServer(
            configuration: IngestConfiguration(port: 0, tls: tls, trustedProxies: trustedProxies, limits: bounds),
            sources: SourceTable(generation: 7, sources: sources), journal: journal ?? memory, log: Logger(label: "test") { _ in lines },
            clock: { Samples.now })
        let address = try await server.start()
        let gateway = Gateway(server: server, journal: memory, log: lines, port: address.port)
        let result: Result<T, any Error>
        do { result = .success(try await body(gateway)) } catch { result = .failure(error) }
        await server.stop(within: .seconds(1))
        return try result.get()
    }
}
