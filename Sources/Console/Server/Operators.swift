import Digests

/// The operators of the console's TCP port.
package struct Operators: Sendable {
    package struct Operator: Sendable {
        let name: String
        /// Whether more than looking is allowed.
        let mayOperate: Bool
        /// Digests have one length, so that comparing them tells nothing about the token's.
        let digest: SHA256Digest

        package init(name: String, token: [UInt8], mayOperate: Bool) {
            self.name = name
            self.mayOperate = mayOperate
            digest = SHA256Hash.digest(of: token)
        }
    }

    private let all: [Operator]

    package init(_ operators: [Operator]) { all = operators }

    /// Whose token the value of an Authorization header holds; compares with every operator's, whoever it is.
    func identify(authorization: [String]) -> Operator? {
        guard authorization.count == 1, let value = authorization.first else { return nil }
        let bytes = Array(value.utf8)
        let scheme = bytes.prefix { $0 != UInt8(ascii: " ") }
        guard String(decoding: scheme, as: UTF8.self).lowercased() == "bearer" else { return nil }
        let digest = SHA256Hash.digest(of: Array(bytes.dropFirst(scheme.count).drop { $0 == UInt8(ascii: " ") }))
        var found: Operator?
        for candidate in all where ConstantTime.equal(candidate.digest.bytes, digest.bytes) { found = candidate }
        return found
    }
}
