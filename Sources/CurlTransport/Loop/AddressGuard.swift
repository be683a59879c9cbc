internal import CCurl

/// Asks the policy about every address that a handle is about to connect to; belongs to the thread of its handle and outlives its use.
final class AddressGuard {
    private let policy: DestinationPolicy
    private let isPlain: Bool
    /// Why an address was refused, if one was.
    private(set) var refusal: String?
    private(set) var openedSockets = 0

    /// `isPlain` says that nothing encrypts what goes there.
    init(_ policy: DestinationPolicy, isPlain: Bool) {
        self.policy = policy
        self.isPlain = isPlain
    }

    func attach(to easy: EasyHandle) throws(TransportError) {
        try easy.set(CURLOPT_OPENSOCKETDATA, pointer: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()))
        try easy.check(
            weir_curl_set_socket_opener(easy.pointer) { context, _, address in
                guard let context, let address else { return CURL_SOCKET_BAD }
                return Unmanaged<AddressGuard>.fromOpaque(context).takeUnretainedValue().openSocket(for: address)
            })
    }

    func permits(_ address: IPAddress?) -> Bool {
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

    private func openSocket(for address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let bytes = UnsafeRawBufferPointer(start: weir_curl_address_bytes(address), count: Int(address.pointee.addrlen))
        guard permits(IPAddress(socketAddress: bytes)) else { return CURL_SOCKET_BAD }
        openedSockets += 1
        return weir_curl_open_socket(address)
    }
}
