import NIOSSL

extension IngestTLS {
    /// Reads both files as a start of the port does; throws `.certificate` where that would fail.
    package func check() throws(IngestError) { _ = try TLSSetup.context(self) }
}

/// The TLS settings of the ingest port.
enum TLSSetup {
    /// TLS 1.2 or newer, for 1.2 only forward-secret authenticated ciphers, HTTP/1.1 only.
    static func context(_ files: IngestTLS) throws(IngestError) -> NIOSSLContext {
        if CertificateFacts.isKey(file: files.certificate), CertificateFacts.isCertificate(file: files.key),
            !CertificateFacts.isCertificate(file: files.certificate), !CertificateFacts.isKey(file: files.key)
        {
            throw IngestError(
                .certificate, "'certificate' and 'key' have changed places: \(files.certificate) holds a private key, and \(files.key) a certificate")
        }
        let chain: [NIOSSLCertificateSource]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) }
        } catch {
            throw IngestError(.certificate, "cannot read a certificate in \(files.certificate)")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        } catch {
            throw IngestError(.certificate, "cannot read a private key in \(files.key)")
        }
        var settings = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        settings.minimumTLSVersion = .tlsv12
        settings.applicationProtocols = ["http/1.1"]
        settings.cipherSuiteValues = [
            .TLS_AES_128_GCM_SHA256, .TLS_AES_256_GCM_SHA384, .TLS_CHACHA20_POLY1305_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        do {
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw IngestError(.certificate, "the certificate in \(files.certificate) and the key in \(files.key) do not belong together")
        }
    }
}
