import Glibc

enum PeerError: Error { case socket(Int32) }

/// A socket that a peer accepts connections on.
///
/// Every descriptor is closed on exec, so that no child keeps one open.
final class ListeningSocket: Sendable {
    /// The TCP port, 0 for a Unix-domain socket.
    let port: UInt16
    private let descriptor: Int32

    /// Listens on 127.0.0.1 and any free port, or that one.
    ///
    /// Without `listens` the port is only taken, so that connections to it are refused and another such socket may listen there.
    init(port wanted: UInt16 = 0, listens: Bool = true) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // Ports that ended connections still hold are as good as others.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = wanted.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard bound, !listens || listen(descriptor, 64) == 0 else { throw PeerError.socket(errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    /// Listens at `path` in the file system.
    init(unixPath path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = 0
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let socket = descriptor
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard bound == 0, listen(descriptor, 64) == 0 else { throw PeerError.socket(errno) }
    }

    deinit { close(descriptor) }

    /// The next connection; negative after `stop`.
    func nextConnection() -> Int32 {
        let connection = accept(descriptor, nil, nil)
        if connection >= 0 { _ = fcntl(connection, F_SETFD, FD_CLOEXEC) }
        return connection
    }

    /// Ends `nextConnection`; the descriptor is closed with the last owner.
    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// Runs `body` on a detached thread.
func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Work(body)).toOpaque())
    pthread_detach(thread)
}
