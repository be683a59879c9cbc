import Bytes
internal import CCurl
import Glibc

/// Keeps an exchange to the addresses that its policy allows; the library asks it on the loop thread, so it must outlive the exchange.
final class AddressGate {
    private let policy: DestinationPolicy
    private let isPlain: Bool
    private var refusal: String?
    private var openedSockets = 0
    /// Whether the connection is made, credentials included, and the request may be written.
    private(set) var isOpen = false

    /// `isPlain` says that the connection has no TLS.
    init(_ policy: DestinationPolicy, isPlain: Bool) {
        self.policy = policy
        self.isPlain = isPlain
    }

    func attach(to easy: EasyHandle) throws(TransportError) {
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        try easy.check(
            weir_curl_set_socket_opener(easy.pointer) { context, _, address in
                guard let context, let address else { return CURL_SOCKET_BAD }
                return AddressGate.from(context).openSocket(for: address)
            })
        try easy.set(CURLOPT_PREREQDATA, pointer: context)
        try easy.check(
            weir_curl_set_before_request(easy.pointer) { context, remote, _, _, _ in
                guard let context, let remote else { return CURL_PREREQFUNC_ABORT }
                return AddressGate.from(context).allowsRequest(to: String(cString: remote)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
    }

    /// Why the address was refused, when that is what `code` means.
    func refusal(behind code: CURLcode) -> String? {
        code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_COULDNT_CONNECT && openedSockets == 0 ? refusal : nil
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> AddressGate {
        Unmanaged<AddressGate>.fromOpaque(context).takeUnretainedValue()
    }

    /// Asked for every address that is about to be connected to.
    private func openSocket(for address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let bytes = UnsafeRawBufferPointer(start: weir_curl_address_bytes(address), count: Int(address.pointee.addrlen))
        guard permits(IPAddress(socketAddress: bytes)) else { return CURL_SOCKET_BAD }
        openedSockets += 1
        return weir_curl_open_socket(address)
    }

    /// Asked before the request is written, also on a connection that another request opened, whose sink may allow other networks.
    private func allowsRequest(to remote: String) -> Bool {
        isOpen = permits(IPAddress(remote))
        return isOpen
    }

    private func permits(_ address: IPAddress?) -> Bool {
        guard let address else {
            refusal = "the address is of an unknown family"
            return false
        }
        switch policy.decide(address, plain: isPlain) {
        case .allowed:
            return true
        case .refused(let reason):
            refusal = reason
            return false
        }
    }
}

extension IPAddress {
    /// Reads a `struct sockaddr`; nothing for a family other than `AF_INET` and `AF_INET6`, or for too few bytes.
    init?(socketAddress bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<sockaddr_in>.size else { return nil }
        switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET: self.init(bytes: bytes[4..<8])
        case AF_INET6 where bytes.count >= 24: self.init(bytes: bytes[8..<24])
        default: return nil
        }
    }
}
