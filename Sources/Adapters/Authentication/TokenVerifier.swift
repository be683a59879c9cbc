import Digests
import FindingModel

/// Compares a credential that travels as it is: bearer, basic, a header's value, the path's last part.
struct TokenVerifier: Sendable {
    private let scheme: AuthenticationScheme
    /// Digests of the secrets: comparing digests takes the same time whatever was sent, also for its length.
    private let secrets: [(label: String, digest: [UInt8])]

    init(scheme: AuthenticationScheme, secrets: [LabelledSecret]) {
        self.scheme = scheme
        self.secrets = secrets.map { ($0.label, SHA256Hash.digest(of: $0.value).bytes) }
    }

    func check(_ head: RequestHead) -> HeadDecision {
        do throws(AuthenticationRejection) {
            guard let label = label(of: try credential(head)) else { throw AuthenticationRejection(.wrongSecret) }
            return .authentic(AuthenticationVerdict(scheme: scheme.word, secretLabel: label))
        } catch {
            return .refused(error.refusal)
        }
    }

    private func label(of credential: [UInt8]) -> String? {
        guard !credential.isEmpty else { return nil }
        let digest = SHA256Hash.digest(of: credential).bytes
        var match: String?
        for secret in secrets {
            let isEqual = ConstantTime.equal(secret.digest, digest)
            if isEqual, match == nil { match = secret.label }
        }
        return match
    }

    private func credential(_ head: RequestHead) throws(AuthenticationRejection) -> [UInt8] {
        switch scheme {
        case .bearer:
            return try authorization(head, scheme: "Bearer")
        case .basic:
            guard let decoded = Base64.decode(try authorization(head, scheme: "Basic")) else { throw AuthenticationRejection(.malformedCredential) }
            return decoded
        case .header(let name):
            return Array(try head.single(name).utf8)
        case .secretURL:
            guard let secret = head.pathSecret, !secret.isEmpty else { throw AuthenticationRejection(.missingCredential) }
            return Array(secret.utf8)
        case .hmac:
            throw AuthenticationRejection(.badSignature)
        }
    }

    /// What follows the scheme, in any case, and at least one space (RFC 9110 section 11.4).
    private func authorization(_ head: RequestHead, scheme: StaticString) throws(AuthenticationRejection) -> [UInt8] {
        let value = try head.single("Authorization")
        let credential: [UInt8]? = value.withBytes { bytes in
            var scanner = ByteScanner(bytes)
            guard scanner.skip(word: scheme), scanner.next == 0x20 else { return nil }
            while scanner.next == 0x20 { scanner.advance() }
            return Array(bytes[scanner.position...])
        }
        guard let credential else { throw AuthenticationRejection(.malformedCredential) }
        return credential
    }
}
