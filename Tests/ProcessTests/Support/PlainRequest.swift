import Foundation
import Glibc

/// One HTTP request over a socket of its own, byte for byte as written.
enum PlainRequest {
    struct Answer: Sendable {
        let status: Int
        let head: String
        let body: String
    }

    /// Posts `body` to `path` with the given header lines and reads the answer to the end of the connection.
    static func post(_ path: String, body: [UInt8], headers: [String] = [], port: UInt16) async throws -> Answer {
        var request =
            "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\nConnection: close\r\n"
        for header in headers { request += header + "\r\n" }
        let bytes = Array((request + "\r\n").utf8) + body
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try exchange(bytes, port: port) }) }
        }
    }

    private static func exchange(_ request: [UInt8], port: UInt16) throws -> Answer {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw GatewayError(message: "no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw GatewayError(message: "cannot connect to port \(port)") }
        var sent = 0
        while sent < request.count {
            let count = request.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), request.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer.prefix(count)
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let status = Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)), let end = text.range(of: "\r\n\r\n") else {
            throw GatewayError(message: "no answer")
        }
        return Answer(status: status, head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]))
    }
}
