import Bytes
import Adapters

/// Who the client is behind trusted proxies: the right-most hop of X-Forwarded-For that is not one of them.
///
/// What stands to the left of that hop was written by the client itself and proves nothing.
package enum ForwardedFor {
    /// The client's address; `values` are those of all X-Forwarded-For fields in order, and are looked at only when `peer` is trusted.
    ///
    /// A hop that is no address ends the search: the last trusted hop is the client then, since nothing further can be believed.
    package static func client(peer: IPAddress, values: [UnsafeRawBufferPointer], isTrusted: (IPAddress) -> Bool) -> IPAddress {
        guard isTrusted(peer) else { return peer }
        var client = peer
        for value in values.reversed() {
            for hop in value.split(separator: 0x2c, omittingEmptySubsequences: false).reversed() {
                guard let address = address(UnsafeRawBufferPointer(rebasing: hop).trimmed()) else { return client }
                client = address
                guard isTrusted(address) else { return client }
            }
        }
        return client
    }

    /// An address, with a port too: `192.0.2.1:80`, `[2001:db8::1]:80`, `[2001:db8::1]`.
    private static func address(_ hop: UnsafeRawBufferPointer) -> IPAddress? {
        if let plain = IPAddress(utf8: hop) { return plain }
        if hop.first == 0x5b {
            guard let close = hop.firstIndex(of: 0x5d), close > 1, isPort(hop.part(close + 1..<hop.count), optional: true) else { return nil }
            return IPAddress(utf8: hop.part(1..<close))
        }
        guard let colon = hop.firstIndex(of: 0x3a), isPort(hop.part(colon..<hop.count), optional: false) else { return nil }
        return IPAddress(utf8: hop.part(0..<colon))
    }

    /// A colon and one to five digits, or nothing at all where that is allowed.
    private static func isPort(_ bytes: UnsafeRawBufferPointer, optional: Bool) -> Bool {
        if bytes.isEmpty { return optional }
        return bytes[0] == 0x3a && (2...6).contains(bytes.count) && bytes.dropFirst().allSatisfy { $0 &- 0x30 < 10 }
    }
}
