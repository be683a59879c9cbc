import Console
import Gateway
import Ingest
import JSONDocument

/// Where the running gateway receives, as a command on the same machine reaches it.
struct IngestTarget: Equatable {
    /// Scheme, host and port; with TLS the host is a name in the gateway's certificate.
    let url: String
    /// `ADDRESS:PORT` of the listener, where the URL names another host.
    let address: String?
    /// With TLS, the configured certificate: nothing else is taken.
    let certificate: String?

    /// Asks the running gateway, which may have chosen its port itself.
    static func find(_ configuration: GatewayConfiguration, file: String) async throws(CommandFailure) -> IngestTarget {
        guard let channel = try await GatewayChannel.open(configuration) else {
            throw CommandFailure("no gateway runs on \(configuration.storage.data)", hint: "weir serve --config \(file)", status: 3)
        }
        let status = try await OperatorClient(channel).get(["v1", "status"])
        guard let ingest = status["ingest"]?.stringValue else { throw CommandFailure("the gateway does not say where it receives") }
        guard let tls = configuration.listen.ingest.tls else { return IngestTarget(listener: ingest) }
        do throws(IngestError) {
            return IngestTarget(
                listener: ingest, certificate: tls.certificate, facts: try CertificateFacts(file: tls.certificate), publicURL: configuration.publicURL)
        } catch {
            throw CommandFailure(error.message)
        }
    }

    /// A listener without TLS, such as `http://0.0.0.0:8080`.
    init(listener: String) {
        url = Self.reachable(listener)
        address = nil
        certificate = nil
    }

    /// A listener with TLS, such as `https://0.0.0.0:8443`: it is asked for the public name if its certificate has that, else for the first it has.
    init(listener: String, certificate: String, facts: CertificateFacts, publicURL: String?) {
        let place = Self.reachable(listener).split(separator: "/").last.map(String.init) ?? listener
        let port = place.split(separator: ":").last.map(String.init) ?? "443"
        let publicHost = publicURL.flatMap { URLHost.host(of: $0) }.flatMap { facts.covers($0) ? $0 : nil }
        // A wildcard stands for any one label.
        let own = facts.names.first.map { $0.hasPrefix("*.") ? "weir" + $0.dropFirst() : $0 }
        if let host = publicHost ?? own {
            url = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        } else {
            url = "https://\(place)"
        }
        address = place
        self.certificate = certificate
    }

    /// An address that stands for every one of the machine's is none to connect to.
    private static func reachable(_ url: String) -> String {
        url.replacing("//0.0.0.0:", with: "//127.0.0.1:").replacing("//[::]:", with: "//[::1]:")
    }

    /// The command with which curl sends the body in `bodyFile`.
    func curlCommand(_ path: String, headers: [(String, String)], bodyFile: String) -> String {
        var words = ["curl"]
        if let address { words += ["--connect-to", "::" + address] }
        if let certificate { words += ["--cacert", certificate] }
        for (name, value) in [("Content-Type", "application/json")] + headers { words += ["--header", "\(name): \(value)"] }
        words += ["--data-binary", "@" + bodyFile, url + path]
        return words.map(ShellWord.quoted).joined(separator: " ")
    }
}
