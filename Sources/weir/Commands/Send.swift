import Bytes
import struct Adapters.RequestSigner
import ArgumentParser
import Console
import CurlTransport
import Gateway
import Ingest
import JSONDocument

/// `weir send SOURCE FILE`: what the vendor would send, signed as the vendor would.
struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Signs a body as the vendor would and posts it to the running gateway.")

    @Argument(help: "A source of the configuration.")
    var source: String

    @Argument(help: "The body; - reads standard input.")
    var file: String

    @Option(name: .customLong("header"), help: ArgumentHelp("A header to send along, such as 'X-Event: push'; may be repeated.", valueName: "name: value"))
    var headers: [String] = []

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        guard let settings = configuration.sources.first(where: { $0.name == source }) else {
            throw CommandFailure("there is no source '\(source)'", hint: "known: " + configuration.sources.map(\.name).joined(separator: ", "))
        }
        guard let secret = settings.secrets.first else { throw CommandFailure("no secret of the source '\(source)' is there to sign with", hint: "weir check") }
        guard let adapter = configuration.adapters.adapters[settings.adapter] else { throw CommandFailure("the adapter '\(settings.adapter)' is not there") }
        let body = try InputFile.read(file)
        let extra = try HeaderOption.fields(headers)
        let signed = RequestSigner(scheme: adapter.authentication, secret: secret.value)
            .credentials(for: body, now: SystemClock.now(), signedHeaders: Dictionary(extra, uniquingKeysWith: { $1 }))
        let address = try await ingestAddress(configuration)
        let known = signed.headers.map { $0.name.lowercased() }
        let fields = signed.headers.map { ($0.name, $0.value) } + extra.filter { !known.contains($0.0.lowercased()) }
        let answer = try await post(body, to: address.url + "/in/\(source)" + signed.pathSuffix, headers: fields, certificate: address.certificate)
        StandardOutput.line("\(answer.status) " + SafeText.escaped(String(decoding: answer.body, as: UTF8.self)))
        if answer.status != 200 { throw ExitCode(1) }
    }

    /// Where the running gateway receives; it may have chosen its port itself.
    private func ingestAddress(_ configuration: GatewayConfiguration) async throws -> (url: String, certificate: String?) {
        guard let channel = try await GatewayChannel.open(configuration) else {
            throw CommandFailure("no gateway runs on \(configuration.storage.data)", hint: "weir serve --config \(config.file)")
        }
        let answer = try await channel.respond(to: OperatorRequest(.get, ["v1", "status"]))
        guard answer.status == 200, let status = try? JSONValue(parsing: answer.body), let ingest = status["ingest"]?.stringValue else {
            throw CommandFailure("the gateway does not say where it receives")
        }
        // An address that stands for every one of the machine's is none to connect to.
        let reachable = ingest.replacing("//0.0.0.0:", with: "//127.0.0.1:").replacing("//[::]:", with: "//[::1]:")
        guard let tls = configuration.listen.ingest.tls else { return (reachable, nil) }
        // A public certificate names the public host; one made at home is its own authority.
        return configuration.publicURL.map { ($0, nil) } ?? (reachable, tls.certificate)
    }

    private func post(_ body: [UInt8], to url: String, headers: [(String, String)], certificate: String?) async throws(CommandFailure) -> OutboundResponse {
        do throws(TransportError) {
            // Whoever may run this command may also choose where it goes.
            let anywhere = DestinationPolicy(networks: .everything)
            var request = OutboundRequest(method: .post, url: try OutboundURL(url), policy: anywhere)
            request.headers = [.init("Content-Type", "application/json")] + headers.map { .init($0.0, $0.1) }
            request.body = body
            request.certificateAuthorityFile = certificate
            return try await CurlTransport().send(request)
        } catch {
            throw CommandFailure("the request could not be sent: \(error.message)")
        }
    }
}
