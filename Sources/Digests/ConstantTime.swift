import CLibSSL

/// Comparison of secrets.
package enum ConstantTime {
    /// Whether both hold the same bytes, in a time that depends only on their lengths.
    package static func equal(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        let left = Array(left), right = Array(right)
        guard left.count == right.count else { return false }
        return left.isEmpty || CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// Random bytes for secrets, salts and tags, from libcrypto's generator.
package enum RandomBytes {
    /// `count` bytes that cannot be foretold; the process ends if the system has no entropy, because a
    /// predictable secret is worse than none.
    package static func secure(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(clamping: count)) == 1 else { fatalError("the system gives no random bytes") }
        return bytes
    }
}
