import Glibc

/// Certificates made by the openssl command, in a folder of their own.
struct TestAuthority {
    enum Leaf: String, CaseIterable { case good, expired, otherName, selfSigned }

    /// One for all tests: making keys and certificates takes a while.
    static let shared: Result<TestAuthority, any Error> = Result {
        // Nothing ends a static value, so its folder is removed with the process.
        atexit { if case .success(let authority) = TestAuthority.shared { authority.folder.remove() } }
        return try TestAuthority()
    }

    let folder: TemporaryFolder

    /// The file with the authority's certificate.
    var certificateFile: String { folder.path + "/ca.pem" }

    private init() throws {
        folder = try TemporaryFolder()
        try write("subjectAltName=DNS:localhost,IP:127.0.0.1\n", to: "good.ext")
        try write("subjectAltName=DNS:elsewhere.example\n", to: "otherName.ext")
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try openssl(["req", "-x509"] + key + ["-keyout", "@ca.key", "-out", "@ca.pem", "-days", "2", "-subj", "/CN=Test authority"])
        try openssl(
            ["req", "-x509"] + key
                + ["-keyout", "@selfSigned.key", "-out", "@selfSigned.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        for (leaf, names, days) in [(Leaf.good, "@good.ext", "2"), (.expired, "@good.ext", "-1"), (.otherName, "@otherName.ext", "2")] {
            let name = leaf.rawValue
            try openssl(["req", "-new"] + key + ["-keyout", "@\(name).key", "-out", "@\(name).csr", "-subj", "/CN=localhost"])
            try openssl([
                "x509", "-req", "-in", "@\(name).csr", "-CA", "@ca.pem", "-CAkey", "@ca.key", "-CAcreateserial", "-days", days, "-extfile", names,
                "-out", "@\(name).pem",
            ])
        }
    }

    private func write(_ text: String, to name: String) throws {
        let descriptor = open(folder.path + "/" + name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count else { throw PeerError.socket(errno) }
        close(descriptor)
    }

    private func openssl(_ arguments: [String]) throws {
        let status = try ChildProcess(openssl: arguments, in: folder.path).wait()
        guard status == 0 else { throw PeerError.command(arguments, status) }
    }
}

/// `openssl s_server` on 127.0.0.1, answering every GET with 200; ends with the value.
final class TLSPeer: Sendable {
    let port: UInt16
    private let process: ChildProcess

    init(_ authority: TestAuthority, _ leaf: TestAuthority.Leaf, _ options: [String] = []) throws {
        let name = leaf.rawValue
        process = try ChildProcess(
            openssl: ["s_server", "-accept", "127.0.0.1:0", "-cert", "@\(name).pem", "-key", "@\(name).key", "-www"] + options, in: authority.folder.path)
        var said: [UInt8] = []
        var port: UInt16?
        var piece = [UInt8](repeating: 0, count: 1000)
        while port == nil, case let count = read(process.output, &piece, piece.count), count > 0 {
            said += piece.prefix(count)
            // It says `ACCEPT 127.0.0.1:PORT` when it listens.
            let lines = String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            port = lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: ":").last.flatMap { UInt16($0) }
        }
        guard let port else { throw PeerError.command(["s_server"], process.wait()) }
        self.port = port
    }

    deinit { process.terminate() }
}
