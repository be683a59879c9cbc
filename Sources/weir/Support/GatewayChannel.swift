import Bytes
import Console
import CurlTransport
import Gateway
import JSONDocument

/// Talks to the gateway that runs on the configuration's data folder, over the socket in it.
struct GatewayChannel {
    private let transport: CurlTransport
    /// As the file says it now, which the gateway may have read earlier; of a file with errors, where its data folder is.
    let configuration: GatewayConfiguration

    private var socketPath: String { configuration.storage.socketFile }

    /// The channel to the running gateway; nothing when none listens.
    static func open(_ configuration: GatewayConfiguration) async throws(CommandFailure) -> GatewayChannel? {
        let path = configuration.storage.socketFile
        guard FilePaths.exists(path) else {
            // Who may not look into the folder cannot tell whether one listens.
            try DataAccess.check(configuration.storage.data)
            return nil
        }
        let channel: GatewayChannel
        do { channel = GatewayChannel(transport: try CurlTransport(), configuration: configuration) } catch { throw CommandFailure(error.message) }
        // A gateway that was killed leaves its socket behind.
        do { _ = try await channel.exchange(.get, "/v1/status", [], []) } catch {
            switch error.code {
            case .connect: return nil
            default: throw CommandFailure("the gateway at \(path) does not answer: \(error.message)", status: 3)
            }
        }
        return channel
    }

    /// What the running gateway answers; its refusal becomes the command's failure.
    func respond(to request: OperatorRequest) async throws(CommandFailure) -> OperatorResponse {
        let path = "/" + request.path.map(Self.escaped).joined(separator: "/")
        let query = request.query.map { (Self.escaped($0.name), Self.escaped($0.value)) }
        do {
            let answer = try await exchange(request.method, path, query, request.body)
            return ListHeaders.response(status: answer.status, body: answer.body, header: answer.header)
        } catch {
            throw CommandFailure("the gateway at \(socketPath) does not answer: \(error.message)", status: 3)
        }
    }

    private func exchange(
        _ method: OperatorRequest.Method, _ path: String, _ query: [(String, String)], _ body: [UInt8]
    ) async throws(TransportError) -> OutboundResponse {
        let fields = query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        let url = try OutboundURL("http://weir" + path + (fields.isEmpty ? "" : "?" + fields))
        var request = OutboundRequest(method: method == .get ? .get : .post, url: url, policy: DestinationPolicy(networks: []))
        request.body = body
        request.unixSocketPath = socketPath
        // A rebuild answers when it is done; a question that is not answered soon is not going to be.
        request.timeout = .seconds(method == .get ? 60 : 24 * 3600)
        request.answerLimits.keptBytes = 1 << 30
        request.answerLimits.readBytes = 1 << 30
        return try await transport.send(request)
    }

    private static func escaped(_ text: String) -> String {
        var escaped: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): escaped.append(byte)
            case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): escaped.append(byte)
            default: escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
