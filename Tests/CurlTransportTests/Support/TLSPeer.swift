import Foundation

/// Certificates made by the openssl command, in a folder of their own.
struct TestAuthority {
    enum Leaf: String, CaseIterable { case good, expired, otherName, selfSigned }

    let folder: TemporaryFolder

    /// The file with the authority's certificate.
    var certificateFile: String { folder.path + "/ca.pem" }

    init() throws {
        folder = try TemporaryFolder()
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1\n".utf8).write(to: URL(filePath: folder.path + "/good.ext"))
        try Data("subjectAltName=DNS:elsewhere.example\n".utf8).write(to: URL(filePath: folder.path + "/otherName.ext"))
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try openssl(["req", "-x509"] + key + ["-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority"])
        try openssl(
            ["req", "-x509"] + key
                + ["-keyout", "selfSigned.key", "-out", "selfSigned.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        for (leaf, names, days) in [(Leaf.good, "good.ext", "2"), (.expired, "good.ext", "-1"), (.otherName, "otherName.ext", "2")] {
            let name = leaf.rawValue
            try openssl(["req", "-new"] + key + ["-keyout", "\(name).key", "-out", "\(name).csr", "-subj", "/CN=localhost"])
            try openssl([
                "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", days, "-extfile", names,
                "-out", "\(name).pem",
            ])
        }
    }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw PeerError.socket(process.terminationStatus) }
    }
}

/// `openssl s_server` on 127.0.0.1, answering every GET with 200; ends with the value.
final class TLSPeer {
    let port: UInt16
    private let process = Process()

    init(_ authority: TestAuthority, _ leaf: TestAuthority.Leaf, _ options: [String] = []) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-cert", "\(leaf.rawValue).pem", "-key", "\(leaf.rawValue).key", "-www"] + options
        process.currentDirectoryURL = URL(filePath: authority.folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var said = Data()
        var port: UInt16?
        while port == nil {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw PeerError.socket(0) }
            said += more
            for line in String(decoding: said, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: true) where line.hasPrefix("ACCEPT ") {
                port = line.split(separator: ":").last.flatMap { UInt16($0) }
            }
        }
        self.port = port ?? 0
    }

    deinit { process.terminate() }
}
