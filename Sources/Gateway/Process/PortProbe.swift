import Glibc

/// Finds out whether an address can be listened on, before anything is opened or written.
package enum PortProbe {
    /// Why nobody could listen on `address` now, in one sentence; nothing when it is free.
    package static func problem(_ address: ListenAddress) -> String? {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &found) == 0, let first = found else {
            return "\(address.text) is not an address of this machine"
        }
        defer { freeaddrinfo(first) }
        let descriptor = socket(first.pointee.ai_family, first.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return "no socket for \(address.text): \(FilePaths.errorText(errno))" }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(descriptor, 1) == 0 { return nil }
        switch errno {
        case EADDRINUSE: return "\(address.text) is in use by another process"
        case EADDRNOTAVAIL: return "\(address.text) is not an address of this machine"
        case EACCES: return "\(address.text) may not be listened on by this user (ports below 1024 need the right to)"
        default: return "\(address.text) cannot be listened on: \(FilePaths.errorText(errno))"
        }
    }
}
