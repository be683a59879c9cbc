import Bytes
import CurlTransport

/// One HTTP request and its answer.
enum HTTPExchange {
    static func send(
        _ method: OutboundRequest.Method, _ url: String, headers: [(String, String)] = [], body: [UInt8] = [], socket: String? = nil
    ) async throws -> (status: Int, body: String) {
        let policy = DestinationPolicy(networks: AddressBlockList(["127.0.0.0/8", "::1"].compactMap { try? AddressBlock($0) }))
        var request = OutboundRequest(method: method, url: try OutboundURL(url), policy: policy)
        request.headers = headers.map { .init($0.0, $0.1) }
        request.body = body
        request.unixSocketPath = socket
        request.answerLimits.keptBytes = 1 << 20
        request.answerLimits.readBytes = 1 << 20
        let transport = try CurlTransport()
        let answer = try await transport.send(request)
        await transport.shutdown()
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}
