import Glibc

/// A failure of the client's side, or of what it expected.
struct ClientError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// An answer as it came over the wire.
struct RawAnswer: Equatable {
    var status = 0
    /// Names in lower case.
    var headers: [String: String] = [:]
    var body = ""

    /// The value of `code` in an error's body.
    var code: String { body.range(after: #""code":""#, until: "\"") ?? "" }
    /// The receipt's number in an accepted answer.
    var receipt: String { body.range(after: #""receipt":""#, until: "\"") ?? "" }
}

extension String {
    fileprivate func range(after start: String, until end: Character) -> String? {
        guard let position = firstRange(of: start)?.upperBound else { return nil }
        return String(self[position...].prefix { $0 != end })
    }

    private func firstRange(of text: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}

/// A TCP connection that sends exactly the bytes it is given; its calls block, within a deadline.
final class RawClient {
    private let descriptor: Int32
    private var received: [UInt8] = []
    private(set) var hasEnded = false

    init(port: Int, from address: String = "127.0.0.1") throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw ClientError("no socket: \(errno)") }
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let isBound = address == "127.0.0.1" || Self.with(address, 0, { bind(descriptor, $0, $1) }) == 0
        guard isBound else { throw ClientError("cannot bind to \(address): \(errno)") }
        guard Self.with("127.0.0.1", port, { connect(descriptor, $0, $1) }) == 0 else { throw ClientError("cannot connect: \(errno)") }
    }

    deinit { close(descriptor) }

    private static func with(_ host: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    /// Sends everything; false when the other end is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends what the socket takes at once; the number of bytes, or -1 when the other end is gone.
    func sendSome(_ bytes: [UInt8]) -> Int {
        let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)) }
        return count < 0 && errno == EAGAIN ? 0 : count
    }

    /// Says that nothing more will be sent.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends with a reset instead of a goodbye.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Reads one answer; interim answers too.
    func answer(within milliseconds: Int = 10_000, hasBody: Bool = true) throws -> RawAnswer {
        let end = Clock.milliseconds() + milliseconds
        while true {
            if let answer = takeAnswer(hasBody: hasBody) { return answer }
            guard !hasEnded else { throw ClientError("the connection ended after \(String(decoding: received, as: UTF8.self))") }
            guard readMore(until: end) else { throw ClientError("no answer in \(milliseconds) ms, only \(String(decoding: received, as: UTF8.self))") }
        }
    }

    /// Whether the other end closes within the time; what still comes is kept.
    func endsWithin(milliseconds: Int) -> Bool {
        let end = Clock.milliseconds() + milliseconds
        while !hasEnded { guard readMore(until: end) else { return false } }
        return true
    }

    /// What came and was not taken as an answer.
    var leftover: String { String(decoding: received, as: UTF8.self) }

    /// Waits for bytes and reads them; false when none came in time.
    func readMore(until end: Int) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let wait = end - Clock.milliseconds()
        guard wait > 0, poll(&entry, 1, Int32(wait)) > 0 else { return false }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count <= 0 { hasEnded = true } else { received += chunk[..<count] }
        return true
    }

    private func takeAnswer(hasBody: Bool) -> RawAnswer? {
        guard let end = received.firstEndOfHead else { return nil }
        let lines = String(decoding: received[..<end], as: UTF8.self).utf8.split(separator: 10).map { line in
            String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
        }
        var answer = RawAnswer()
        answer.status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { answer.headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        let length = hasBody ? Int(answer.headers["content-length"] ?? "0") ?? 0 : 0
        guard received.count >= end + length else { return nil }
        answer.body = String(decoding: received[end..<end + length], as: UTF8.self)
        received.removeFirst(end + length)
        return answer
    }
}

extension [UInt8] {
    fileprivate var firstEndOfHead: Int? {
        guard count >= 4 else { return nil }
        for index in 3..<count where self[index] == 10 && self[index - 1] == 13 && self[index - 2] == 10 && self[index - 3] == 13 { return index + 1 }
        return nil
    }
}

enum Clock {
    /// Milliseconds of a clock that only goes forward.
    static func milliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
