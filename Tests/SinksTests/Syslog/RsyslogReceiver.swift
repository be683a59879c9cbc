import Glibc
import Testing

/// rsyslogd on a loopback address of its own, as a user would set it up: TLS, and each message a line of a file.
final class RsyslogReceiver: Sendable {
    /// Where rsyslogd is, if it is.
    static let program = ["/usr/sbin/rsyslogd", "/usr/local/sbin/rsyslogd"].first { (path: String) in access(path, X_OK) == 0 }
    /// Not 127.0.0.1, where other tests could be given the port while it is down.
    static let address = "127.0.0.77"

    private let folder: TemporaryFolder
    private let authority: SyslogAuthority
    private let asksForCertificate: Bool

    private let datagramPort: Int?

    /// With a `datagramPort` it listens there too, for RFC 5426.
    init(_ authority: SyslogAuthority, asksForCertificate: Bool = false, datagramPort: Int? = nil) throws {
        folder = try TemporaryFolder()
        self.authority = authority
        self.asksForCertificate = asksForCertificate
        self.datagramPort = datagramPort
    }

    /// Starts it on a port, any free one for 0, and returns when it listens.
    func start(port: Int = 0) async throws -> (program: Program, port: Int) {
        let portFile = folder.path + "/port"
        unlink(portFile)
        put(Array(configuration(port: port).utf8), at: folder.path + "/rsyslog.conf")
        let program = try Program(Self.program ?? "rsyslogd", ["-n", "-f", "@rsyslog.conf", "-i", "@pid"], in: folder.path)
        guard port == 0 else {
            // It writes down only a port that it chose itself.
            await eventually { PlainSocket(Self.address, port: port) != nil }
            return (program, port)
        }
        await eventually { contents(of: portFile)?.isEmpty == false }
        // Its two ports open one after the other.
        if let datagramPort { await eventually { Self.takesDatagrams(at: datagramPort) } }
        let text = String(decoding: contents(of: portFile) ?? [], as: UTF8.self)
        guard let port = Int(text.prefix { $0.isNumber }) else { throw ProgramError(program: "rsyslogd", status: -1) }
        return (program, port)
    }

    /// Whether the kernel has a datagram socket of ours at `address`, which it writes down from its last byte to its first.
    private static func takesDatagrams(at port: Int) -> Bool {
        let place = "4D00007F:" + String(0x10000 + port, radix: 16, uppercase: true).dropFirst()
        return contents(of: "/proc/net/udp")?.firstIndex(ofBytes: Array(place.utf8)) != nil
    }

    /// What it wrote so far: for each message the id in the structured data, and the text.
    var lines: [(id: String, text: String)] {
        let bytes = contents(of: folder.path + "/messages") ?? []
        var lines: [String] = [], start = 0
        while let end = bytes.firstIndex(ofBytes: [0x0a], from: start) {
            lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end + 1
        }
        return lines.map { line in
            let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts.first ?? ""), parts.count == 2 ? String(parts[1]) : "")
        }
    }

    /// What it said about itself.
    var complaints: String { String(decoding: contents(of: folder.path + "/output") ?? [], as: UTF8.self) }

    private func configuration(port: Int) -> String {
        """
        global(
            workDirectory="\(folder.path)" net.enableDNS="off" defaultNetstreamDriver="ossl"
            defaultNetstreamDriverCAFile="\(authority.certificateFile)"
            defaultNetstreamDriverCertFile="\(authority.certificate(.good))"
            defaultNetstreamDriverKeyFile="\(authority.key(.good))")
        module(
            load="imtcp" streamDriver.name="ossl" streamDriver.mode="1"
            streamDriver.authMode="\(asksForCertificate ? "x509/name" : "anon")"\(asksForCertificate ? " permittedPeer=[\"weir.example\"]" : ""))
        module(load="mmpstrucdata")
        \(datagramPort.map { "module(load=\"imudp\") input(type=\"imudp\" address=\"\(Self.address)\" port=\"\($0)\" ruleset=\"weir\")" } ?? "")
        input(type="imtcp" address="\(Self.address)" port="\(port)" listenPortFileName="\(folder.path)/port" ruleset="weir")
        template(name="line" type="string" string="%$!rfc5424-sd!weir@32473!id%\\t%msg%\\n")
        ruleset(name="weir" queue.type="Direct") {
            action(type="mmpstrucdata")
            action(type="omfile" file="\(folder.path)/messages" template="line")
        }
        """
    }
}
