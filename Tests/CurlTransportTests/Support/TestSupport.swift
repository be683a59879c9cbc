import Bytes
import CurlTransport
import Glibc
import Testing

/// Waits until `condition` holds; an expectation that it does within `seconds`.
func eventually(within seconds: Int = 10, _ condition: @Sendable () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("the condition did not come true within \(seconds) s", sourceLocation: sourceLocation)
            return
        }
        poll(nil, 0, 2)
        await Task.yield()
    }
}

/// A folder of its own for one test, removed with the value's end.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/weir-curl-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PeerError.socket(errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove() }

    func remove() {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }
}

extension DestinationPolicy {
    /// Loopback only.
    static let loopback = DestinationPolicy(networks: AddressBlockList(["127.0.0.0/8", "::1"].compactMap { try? AddressBlock($0) }))
}

extension OutboundRequest {
    /// A POST to `peer` that may use loopback.
    static func post(_ peer: ScriptedPeer, _ path: String = "/hook", body: String = "{}") throws -> OutboundRequest {
        var request = OutboundRequest(method: .post, url: try OutboundURL("http://127.0.0.1:\(peer.port)\(path)"), policy: .loopback)
        request.headers = [Header("Content-Type", "application/json")]
        request.body = Array(body.utf8)
        return request
    }
}

/// The error that `body` throws, or nothing and an issue.
func transportError(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> OutboundResponse
) async -> TransportError? {
    do {
        let response = try await body()
        Issue.record("answered with \(response.status)", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error as? TransportError
    }
}
