import Glibc

/// A blocking TCP connection.
struct PlainSocket: ~Copyable {
    let descriptor: Int32

    /// Connects; nothing when nobody listens there.
    init?(_ address: String, port: Int) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        inet_pton(AF_INET, address, &place.sin_addr)
        let descriptor = descriptor
        let isConnected = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
        guard isConnected else { return nil }
    }

    deinit { close(descriptor) }
}
