import Bytes
import Glibc

internal import CCurl

/// A socket that each message leaves as one datagram (RFC 5426); belongs to the thread that uses it.
final class DatagramSocket {
    private let descriptor: Int32
    private let host: String
    /// Between two messages, in milliseconds: nothing tells when the receiver's buffer is full.
    private static let pause: Int32 = 1
    /// After the last message: a machine where nobody listens says so, if it is asked to.
    private static let lastPause: Int32 = 20

    /// Looks the host up and takes the first of its addresses that is allowed and can be reached.
    init(to target: StreamTarget) throws(TransportError) {
        host = target.address.host
        descriptor = try Self.connected(to: target)
    }

    deinit { close(descriptor) }

    /// Sends each message; an error that comes back says that nobody listens, and of which message it speaks is unknown.
    func send(_ messages: [[UInt8]], _ cancellation: StreamCancellation) throws(TransportError) {
        for message in messages {
            guard !cancellation.isCancelled else { throw TransportError(.cancelled, "given up before everything was sent", mayHaveArrived: true) }
            try send(message)
            try listen(for: Self.pause)
        }
        try listen(for: Self.lastPause)
    }

    private func send(_ message: [UInt8]) throws(TransportError) {
        while Glibc.send(descriptor, message, message.count, Int32(MSG_NOSIGNAL)) < 0 {
            guard errno == EINTR else { throw failure(errno) }
        }
    }

    /// Waits, and throws what the network said meanwhile.
    private func listen(for milliseconds: Int32) throws(TransportError) {
        var place = pollfd(fd: descriptor, events: 0, revents: 0)
        guard poll(&place, 1, milliseconds) > 0 else { return }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code != 0 else { return }
        throw failure(code)
    }

    private func failure(_ code: Int32) -> TransportError {
        let words = code == ECONNREFUSED ? "nobody listens on that port" : String(cString: strerror(code))
        return TransportError(code == ECONNREFUSED ? .connect : .failed, "\(host): \(words)", mayHaveArrived: true)
    }

    private static func connected(to target: StreamTarget) throws(TransportError) -> Int32 {
        let host = target.address.host
        let name = host.utf8.first == UInt8(ascii: "[") ? String(host.dropFirst().dropLast()) : host
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(name, String(target.address.port), &hints, &list)
        guard result == 0 else { throw TransportError(.resolve, "\(host): \(String(cString: gai_strerror(result)))") }
        defer { freeaddrinfo(list) }
        var error = TransportError(.connect, "\(host): no address can be reached")
        var next = list
        while let place = next?.pointee {
            next = place.ai_next
            guard let address = IPAddress(socketAddress: UnsafeRawBufferPointer(start: place.ai_addr, count: Int(place.ai_addrlen))) else { continue }
            if case .refused(let reason) = target.policy.decide(address, plain: true) {
                error = TransportError(.refusedAddress, "\(host): \(reason)")
                continue
            }
            let descriptor = socket(place.ai_family, place.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), place.ai_protocol)
            guard descriptor >= 0 else { continue }
            if connect(descriptor, place.ai_addr, place.ai_addrlen) == 0 { return descriptor }
            close(descriptor)
        }
        throw error
    }
}
