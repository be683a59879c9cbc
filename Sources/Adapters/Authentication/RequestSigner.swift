import Digests
import FindingModel

/// Makes requests that prove themselves as the vendor's do, for trying a source out.
package struct RequestSigner: Sendable {
    /// What a signed request has beside its body.
    package struct Credentials: Equatable, Sendable {
        /// What follows `/in/<source>` in the path: empty, or a slash and the secret.
        package let pathSuffix: String
        package let headers: [Header]

        package struct Header: Equatable, Sendable {
            package let name: String
            package let value: String
        }
    }

    private let scheme: AuthenticationScheme
    private let secret: [UInt8]

    package init(scheme: AuthenticationScheme, secret: [UInt8]) {
        self.scheme = scheme
        self.secret = secret
    }

    /// What has to be sent with `body` at the time `now`.
    ///
    /// - Parameter signedHeaders: values for headers that the signature covers beside the time, by name in any case; one that
    ///   is left out gets a random id.
    package func credentials(for body: UnsafeRawBufferPointer, now: Timestamp, signedHeaders: [String: String] = [:]) -> Credentials {
        let text = String(decoding: secret, as: UTF8.self)
        switch scheme {
        case .hmac(let signature): return credentials(signature, body: body, now: now, signedHeaders: signedHeaders)
        case .bearer: return Credentials(pathSuffix: "", headers: [.init(name: "Authorization", value: "Bearer \(text)")])
        case .basic: return Credentials(pathSuffix: "", headers: [.init(name: "Authorization", value: "Basic \(Base64.encode(secret))")])
        case .secretURL: return Credentials(pathSuffix: "/\(text)", headers: [])
        case .header(let name): return Credentials(pathSuffix: "", headers: [.init(name: name, value: text)])
        }
    }

    /// `credentials(for:now:signedHeaders:)` for a body in an array.
    package func credentials(for body: [UInt8], now: Timestamp, signedHeaders: [String: String] = [:]) -> Credentials {
        body.withUnsafeBytes { credentials(for: $0, now: now, signedHeaders: signedHeaders) }
    }

    private func credentials(
        _ signature: SignatureScheme, body: UnsafeRawBufferPointer, now: Timestamp, signedHeaders given: [String: String]
    ) -> Credentials {
        var headers: [Credentials.Header] = []
        func value(of name: String) -> String {
            if let header = headers.first(where: { $0.name.lowercased() == name.lowercased() }) { return header.value }
            let value: String
            if let time = signature.time, time.header.lowercased() == name.lowercased() {
                value = given.value(of: name) ?? String(time.unit == .seconds ? now.milliseconds / 1000 : now.milliseconds)
            } else {
                value = given.value(of: name) ?? Hex.encode(RandomBytes.secure(12))
            }
            headers.append(.init(name: name, value: value))
            return value
        }
        func bytes(_ parts: [SignatureScheme.Part]) -> [UInt8] {
            parts.flatMap { part in
                switch part {
                case .literal(let text): text
                case .header(let name): Array(value(of: name).utf8)
                }
            }
        }
        let key = HMACKey(secret, algorithm: signature.algorithm)
        let code = bytes(signature.beforeBody).withUnsafeBytes { before in
            bytes(signature.afterBody).withUnsafeBytes { after in key.code(for: before, body, after) }
        }
        let spelled = signature.encoding == .hex ? Hex.encode(code) : Base64.encode(code)
        headers.append(.init(name: signature.header, value: signature.prefix + spelled))
        return Credentials(pathSuffix: "", headers: headers)
    }
}

extension [String: String] {
    /// The value under `name` in any case.
    fileprivate func value(of name: String) -> String? {
        first { $0.key.lowercased() == name.lowercased() }?.value
    }
}
