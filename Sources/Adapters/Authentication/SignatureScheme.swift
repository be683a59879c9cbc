import Digests

/// A keyed hash (HMAC) over headers, fixed text and the raw body.
package struct SignatureScheme: Equatable, Sendable {
    /// How the header spells the code's bytes.
    package enum Encoding: String, Sendable, CaseIterable { case hex, base64 }

    /// A piece of the signed message before or after the body.
    package enum Part: Equatable, Sendable {
        /// The value of the header of that name, as received.
        case header(String)
        case literal([UInt8])
    }

    /// The signed header that says when the vendor signed.
    package struct SignedTime: Equatable, Sendable {
        package var header: String
        package var unit: TimeUnit
        package var tolerance: Tolerance

        package init(header: String, unit: TimeUnit, tolerance: Tolerance) {
            self.header = header
            self.unit = unit
            self.tolerance = tolerance
        }
    }

    package var algorithm: HashAlgorithm
    /// The header that carries the code, spelt as the vendor spells it.
    package var header: String
    /// What stands before the code in that header.
    package var prefix: String
    package var encoding: Encoding
    package var beforeBody: [Part]
    package var afterBody: [Part]
    package var time: SignedTime?

    package init(
        algorithm: HashAlgorithm, header: String, prefix: String = "", encoding: Encoding, beforeBody: [Part] = [], afterBody: [Part] = [],
        time: SignedTime? = nil
    ) {
        self.algorithm = algorithm
        self.header = header
        self.prefix = prefix
        self.encoding = encoding
        self.beforeBody = beforeBody
        self.afterBody = afterBody
        self.time = time
    }

    /// The signed headers in the order of the message.
    package var signedHeaders: [String] {
        (beforeBody + afterBody).compactMap { if case .header(let name) = $0 { name } else { nil } }
    }
}
