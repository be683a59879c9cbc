import Bytes
import Adapters

/// Where a server listens: `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
package struct ListenAddress: Equatable, Sendable {
    /// An IP address without brackets, or `localhost`.
    package let host: String
    /// 0 means any free port.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`; an IPv6 address stands in brackets.
    ///
    /// Names other than `localhost` are not looked up, so they are refused.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), let port = DecimalText.whole(String(decoding: bytes[(colon + 1)...], as: UTF8.self)),
            port <= 65_535
        else { return nil }
        var host = bytes[..<colon]
        if host.first == UInt8(ascii: "["), host.last == UInt8(ascii: "]"), host.count > 2 {
            host = host.dropFirst().dropLast()
            guard host.contains(UInt8(ascii: ":")) else { return nil }
        } else if host.contains(UInt8(ascii: ":")) {
            return nil
        }
        let name = String(decoding: host, as: UTF8.self)
        guard name == "localhost" || IPAddress(name) != nil else { return nil }
        self.init(host: name, port: Int(port))
    }

    /// Whether only this machine can connect.
    package var isLoopback: Bool {
        host == "localhost" || Self.loopback.contains(host)
    }

    /// Whether nobody can listen on `other` while somebody listens here: it is the same, or one of all that this machine has.
    package func takes(_ other: ListenAddress) -> Bool {
        guard port != 0, port == other.port else { return false }
        let mine = named, others = other.named
        return mine == others || mine == "0.0.0.0" && !others.utf8.contains(UInt8(ascii: ":")) || mine == "::" && others.utf8.contains(UInt8(ascii: ":"))
    }

    /// The host as an address.
    private var named: String { host == "localhost" ? "127.0.0.1" : host }

    private static let loopback = AddressBlockList(["127.0.0.0/8", "::1"].compactMap { try? AddressBlock($0) })

    /// `host:port`, with brackets around an IPv6 address.
    package var text: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
