import Digests
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import JSONDocument
import Synchronization

/// A receiver of Weir's `webhook` sink, as small as one can be: it checks the signature, prints a line for each
/// change, and, with `--expect FILE`, ends as soon as everything that FILE lists has arrived.
///
///     example-receiver --port 9000 --secret-file FILE [--expect FILE --within SECONDS]
@main struct ExampleReceiver {
    static func main() async throws {
        let options = Options(CommandLine.arguments)
        guard let port = options["--port"].flatMap(Int.init), let path = options["--secret-file"],
            let secret = try? String(contentsOfFile: path, encoding: .utf8), let key = WebhookKey(secret)
        else {
            FileHandle.standardError.write(Data("usage: example-receiver --port N --secret-file FILE [--expect FILE --within SECONDS]\n".utf8))
            exit(2)
        }
        var missing: [String] = []
        if let expected = options["--expect"] {
            missing = try String(contentsOfFile: expected, encoding: .utf8).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
        }
        let desk = Desk(missing: missing)
        let waits = !missing.isEmpty
        await serve(port: port, key: key, desk: desk, seconds: waits ? options["--within"].flatMap(Double.init) ?? 30 : nil)
        if waits { exit(desk.report() ? 0 : 1) }
    }

    /// Serves until everything expected has arrived or `seconds` are over; for ever without them.
    private static nonisolated func serve(port: Int, key: WebhookKey, desk: Desk, seconds: Double?) async {
        let router = Router()
        router.post("/hook") { request, _ -> Response in
            let body = try await request.body.collect(upTo: 16 << 20)
            let bytes = Array(body.readableBytesView)
            guard key.signed(bytes, headers: request.headers) else { return Response(status: .unauthorized) }
            desk.take(bytes)
            return Response(status: .ok)
        }
        // The library calls it an error when the end closes connections.
        var quiet = Logger(label: "receiver")
        quiet.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in print("receiver listening on http://127.0.0.1:\(port)/hook") }, logger: quiet)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await application.runService() } catch { print("the receiver cannot listen: \(error)") }
            }
            if let seconds {
                group.addTask { await desk.waitUntilComplete(within: seconds) }
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// The words after the program's name, in pairs.
struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: [String]) {
        var words = arguments.dropFirst().makeIterator()
        while let name = words.next(), let value = words.next() { values[name] = value }
    }

    subscript(_ name: String) -> String? { values[name] }
}

/// A Standard Webhooks secret: `whsec_` and base-64.
struct WebhookKey: Sendable {
    private let key: HMACKey

    init?(_ text: String) {
        let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard word.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(word.dropFirst(6))) else { return nil }
        key = HMACKey(Array(bytes), algorithm: .sha256)
    }

    /// Whether `webhook-signature` holds `v1,base64(HMAC-SHA256(key, id.timestamp.body))`.
    func signed(_ body: [UInt8], headers: HTTPFields) -> Bool {
        guard let id = headers[.webhookID], let time = headers[.webhookTimestamp], let signatures = headers[.webhookSignature] else { return false }
        let head = Array("\(id).\(time).".utf8)
        let code = head.withUnsafeBytes { head in body.withUnsafeBytes { body in key.code(for: head, body) } }
        let expected = Array("v1,\(Data(code).base64EncodedString())".utf8)
        return signatures.utf8.split(separator: UInt8(ascii: " ")).contains { ConstantTime.equal($0, expected) }
    }
}

extension HTTPField.Name {
    fileprivate static var webhookID: Self { Self("webhook-id") ?? .accept }
    fileprivate static var webhookTimestamp: Self { Self("webhook-timestamp") ?? .accept }
    fileprivate static var webhookSignature: Self { Self("webhook-signature") ?? .accept }
}

/// Prints what arrives and remembers what is still missing.
final class Desk: Sendable {
    private struct Contents {
        var missing: [String]
        var waiting: CheckedContinuation<Void, Never>?
        var seen: Set<String> = []
    }

    private let contents: Mutex<Contents>

    init(missing: [String]) { contents = Mutex(Contents(missing: missing)) }

    /// Takes one change, or an array of them.
    func take(_ body: [UInt8]) {
        guard let json = try? JSONValue(parsing: body) else { return }
        for change in json.arrayValue ?? [json] { take(change) }
    }

    private func take(_ change: JSONValue) {
        guard let id = change["id"]?.stringValue, let type = change["type"]?.stringValue, let source = change["source"]?.stringValue else { return }
        let resumed = contents.withLock { contents -> CheckedContinuation<Void, Never>? in
            guard contents.seen.insert(id).inserted else { return nil }
            print(Self.line(type: type, source: source, data: change["data"] ?? .null))
            if let found = contents.missing.firstIndex(of: "\(source) \(type)") { contents.missing.remove(at: found) }
            guard contents.missing.isEmpty else { return nil }
            defer { contents.waiting = nil }
            return contents.waiting
        }
        resumed?.resume()
    }

    func waitUntilComplete(within seconds: Double) async {
        let deadline = Task {
            try await Task.sleep(for: .seconds(seconds))
            contents.withLock { contents -> CheckedContinuation<Void, Never>? in
                defer { contents.waiting = nil }
                return contents.waiting
            }?.resume()
        }
        await withCheckedContinuation { continuation in
            let complete = contents.withLock { contents in
                if !contents.missing.isEmpty { contents.waiting = continuation }
                return contents.missing.isEmpty
            }
            if complete { continuation.resume() }
        }
        deadline.cancel()
    }

    /// Says what is missing; whether nothing is.
    func report() -> Bool {
        contents.withLock { contents in
            for line in contents.missing { print("missing: \(line)") }
            print(contents.missing.isEmpty ? "all expected changes arrived (\(contents.seen.count))" : "\(contents.missing.count) changes did not arrive")
            return contents.missing.isEmpty
        }
    }

    private static func line(type: String, source: String, data: JSONValue) -> String {
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) }
        let resource = data["resources"]?.arrayValue?.first ?? data["resource"] ?? .null
        let place = resource["hostname"]?.stringValue ?? resource["ip"]?.stringValue ?? resource["name"]?.stringValue ?? ""
        let what = data["title"]?.stringValue ?? data["name"]?.stringValue ?? data["summary"]?.stringValue ?? data["type"]?.stringValue ?? ""
        let state = data["severity"]?.stringValue ?? data["status"]?.stringValue ?? ""
        let text = "  \(padded(type, 18)) \(padded(String(source.dropFirst("/sources/".count)), 11)) \(padded(state, 10)) \(padded(place, 24)) \(what)"
        // Vendor text on a terminal: control characters could move the cursor or change the title.
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
