import FindingModel
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import Console

/// What those without a token may take of the operators' port.
struct ConsoleDoorTests {
    private static let token = "token-of-an-operator"

    /// A connection to the port, from any address of this machine.
    private final class Client {
        let descriptor: Int32

        init(port: Int, from address: String) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            try #require(Self.with(address, 0) { bind(descriptor, $0, $1) } == 0)
            try #require(Self.with("127.0.0.1", port) { connect(descriptor, $0, $1) } == 0)
        }

        deinit { close(descriptor) }

        private static func with(_ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
            address.sin_addr.s_addr = inet_addr(host)
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }

        func send(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } }

        /// The status of the next answer; nothing when the connection ends first, or nothing comes for so long.
        func status(within milliseconds: Int32 = 10_000) -> Int? {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, milliseconds) > 0 else { return nil }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return count > 12 ? Int(String(decoding: bytes[9..<12], as: UTF8.self)) : nil
        }

        /// Whether the other end closes within the time.
        func ends(within milliseconds: Int32 = 10_000) -> Bool {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            var bytes = [UInt8](repeating: 0, count: 4096)
            while poll(&entry, 1, milliseconds) > 0 { if recv(descriptor, &bytes, bytes.count, 0) <= 0 { return true } }
            return false
        }
    }

    /// Runs `body` beside a console with the given limits.
    private static func run(_ limit: (inout ConsoleLimits) -> Void, _ body: @escaping @Sendable (Int) throws -> Void) async throws {
        var limits = ConsoleLimits()
        limit(&limits)
        let operators = Operators([.init(name: "ops", token: Array(token.utf8), mayOperate: true)])
        let server = ConsoleServer(
            endpoint: .tcp(host: "127.0.0.1", port: 0, operators: operators), limits: limits, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { request in OperatorResponse(body: Array("\(request.body.count)".utf8)) }
        let port = try await server.start()
        let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Result { try body(port) }) }
        }
        await server.stop()
        try result.get()
    }

    private static func get(_ lines: String = "Authorization: Bearer \(token)\r\n") -> String { "GET /v1/status HTTP/1.1\r\nHost: a\r\n\(lines)\r\n" }

    @Test func strangersMakeRoomForOneAnotherAndOperatorsStay() async throws {
        try await Self.run({
            $0.strangers = 4
            $0.strangersPerAddress = 2
        }) { port in
            let known = try Client(port: port, from: "127.0.0.2")
            known.send(Self.get())
            #expect(known.status() == 200)
            let first = try Client(port: port, from: "127.0.0.2"), second = try Client(port: port, from: "127.0.0.2")
            let third = try Client(port: port, from: "127.0.0.2")
            // Of one address two may be unknown.
            #expect(first.ends())
            let others = try ["127.0.0.3", "127.0.0.4", "127.0.0.5"].map { try Client(port: port, from: $0) }
            #expect(second.ends() || third.ends(within: 1))
            let operatorsOwn = try Client(port: port, from: "127.0.0.6")
            operatorsOwn.send(Self.get())
            #expect(operatorsOwn.status() == 200)
            known.send(Self.get())
            #expect(known.status() == 200)
            #expect(others.count == 3)
        }
    }

    @Test func nobodyMayBeSlow() async throws {
        try await Self.run({
            $0.head = .milliseconds(200)
            $0.body = .milliseconds(200)
            $0.idle = .milliseconds(200)
        }) { port in
            let silent = try Client(port: port, from: "127.0.0.1"), half = try Client(port: port, from: "127.0.0.1")
            half.send("GET /v1/status HTT")
            let slow = try Client(port: port, from: "127.0.0.1")
            slow.send("POST /v1/dead HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(Self.token)\r\nContent-Length: 10\r\n\r\n{")
            let idle = try Client(port: port, from: "127.0.0.1")
            idle.send(Self.get())
            #expect(idle.status() == 200)
            for client in [silent, half, slow, idle] { #expect(client.ends()) }
        }
    }

    @Test func aBodyIsNotReadForWhomNoTokenSpeaks() async throws {
        try await Self.run({ _ in }) { port in
            let client = try Client(port: port, from: "127.0.0.1")
            client.send("POST /v1/dead HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\nContent-Length: 1000000\r\n\r\n{")
            #expect(client.status() == 401)
            #expect(client.ends())
            let honest = try Client(port: port, from: "127.0.0.1")
            honest.send("POST /v1/dead HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(Self.token)\r\nContent-Length: 2\r\n\r\n{}")
            #expect(honest.status() == 200)
            let large = try Client(port: port, from: "127.0.0.1")
            large.send("GET /v1/status HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 20_000))
            #expect(large.status() != 200)
        }
    }
}
