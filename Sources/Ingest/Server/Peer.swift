import Bytes
import Adapters
import NIOCore

/// The other end of a connection.
struct Peer {
    let address: IPAddress
    /// The address as it is kept and logged.
    let text: String
    /// Whether it may say for whom it speaks.
    let isTrustedProxy: Bool

    /// Nothing when the connection ended before its peer could be asked for.
    init?(_ remote: SocketAddress?, trustedProxies: AddressBlockList) {
        // A link-local address carries a zone, which is of this machine only.
        let text = (remote?.ipAddress ?? "").utf8.prefix { $0 != UInt8(ascii: "%") }
        guard let address = IPAddress(String(Substring(text))) else { return nil }
        self.address = address
        self.text = address.description
        isTrustedProxy = !trustedProxies.isEmpty && trustedProxies.contains(address)
    }
}
