import Bytes
import Adapters

/// How the ingest port is set up.
package struct IngestConfiguration: Sendable {
    /// The address to listen on, without brackets.
    package var host: String
    /// 0 means any free port.
    package var port: Int
    /// Speaks TLS, 1.2 or newer, when given.
    package var tls: IngestTLS?
    /// Who may say in X-Forwarded-For whom a request came from.
    package var trustedProxies: AddressBlockList
    package var limits: IngestLimits
    /// Threads that receive.
    package var eventLoops: Int
    /// Descriptors that stay free for all other parts of the process however many clients connect.
    package var descriptorsKept: Int

    package init(
        host: String = "127.0.0.1", port: Int, tls: IngestTLS? = nil, trustedProxies: AddressBlockList = AddressBlockList([]),
        limits: IngestLimits = IngestLimits(), eventLoops: Int = 2, descriptorsKept: Int = 128
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.trustedProxies = trustedProxies
        self.limits = limits
        self.eventLoops = max(1, eventLoops)
        self.descriptorsKept = descriptorsKept
    }
}

/// The files of the server's certificate.
package struct IngestTLS: Equatable, Sendable {
    /// A PEM file with the certificate and what leads from it to the root.
    package var certificate: String
    /// A PEM file with the private key.
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// Where the server listens.
package struct BoundAddress: Equatable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:8080`, `[::1]:8080`.
    package var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why the ingest port could not be opened: one sentence for a person.
package struct IngestError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// Another process listens there, or the address is not this machine's, or not ours to take.
        case address
        /// The certificate or its key cannot be read, or they do not belong together.
        case certificate
        /// `start` was called before.
        case started
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
