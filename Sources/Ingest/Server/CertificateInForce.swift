import NIOSSL
import Synchronization

/// The certificate and the key that new connections are met with.
final class CertificateInForce: Sendable {
    private let state = Mutex<NIOSSLContext?>(nil)

    /// Nothing where the port has no TLS.
    var context: NIOSSLContext? { state.withLock { $0 } }

    /// Reads the files; what was in force stays when they cannot be used.
    func replace(_ files: IngestTLS) throws(IngestError) {
        let context = try TLSSetup.context(files)
        state.withLock { $0 = context }
    }
}
