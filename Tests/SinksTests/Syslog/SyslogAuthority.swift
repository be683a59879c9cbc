import CurlTransport
import Glibc
import NIOSSL

/// Certificates made by the openssl command, in a folder of their own.
struct SyslogAuthority {
    enum Leaf: String, CaseIterable { case good, otherName, client }

    /// One for all tests: making keys and certificates takes a while.
    static let shared = Result { try SyslogAuthority() }

    private let folder: TemporaryFolder

    /// The file with the authority's certificate.
    var certificateFile: String { folder.path + "/ca.pem" }
    func certificate(_ leaf: Leaf) -> String { folder.path + "/\(leaf.rawValue).pem" }
    func key(_ leaf: Leaf) -> String { folder.path + "/\(leaf.rawValue).key" }

    var client: ClientIdentity { ClientIdentity(certificateFile: certificate(.client), keyFile: key(.client)) }

    private init() throws {
        folder = try TemporaryFolder()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try openssl(["req", "-x509"] + key + ["-keyout", "@ca.key", "-out", "@ca.pem", "-days", "2", "-subj", "/CN=Test authority"])
        for (leaf, names) in [
            (Leaf.good, "DNS:localhost,IP:127.0.0.1,IP:\(RsyslogReceiver.address)"), (.otherName, "DNS:elsewhere.example"), (.client, "DNS:weir.example"),
        ] {
            let name = leaf.rawValue
            put(Array("subjectAltName=\(names)\n".utf8), at: "\(folder.path)/\(name).ext")
            try openssl(["req", "-new"] + key + ["-keyout", "@\(name).key", "-out", "@\(name).csr", "-subj", "/CN=\(name)"])
            try openssl([
                "x509", "-req", "-in", "@\(name).csr", "-CA", "@ca.pem", "-CAkey", "@ca.key", "-CAcreateserial", "-days", "2", "-extfile", "@\(name).ext",
                "-out", "@\(name).pem",
            ])
        }
    }

    /// A server's side of TLS.
    func server(_ leaf: Leaf = .good, asksForCertificate: Bool = false, newest: TLSVersion? = nil) throws -> NIOSSLContext {
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate(leaf)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: key(leaf), format: .pem)))
        settings.maximumTLSVersion = newest
        if asksForCertificate {
            settings.trustRoots = .file(certificateFile)
            settings.certificateVerification = .noHostnameVerification
        }
        return try NIOSSLContext(configuration: settings)
    }

    private func openssl(_ arguments: [String]) throws {
        let status = try Program("openssl", arguments, in: folder.path).wait()
        guard status == 0 else { throw ProgramError(program: "openssl", status: status) }
    }
}
