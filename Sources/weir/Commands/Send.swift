import struct Adapters.LabelledSecret
import struct Adapters.RequestSigner
import ArgumentParser
import Bytes
import Console
import CurlTransport
import Gateway
import JSONDocument

/// `weir send SOURCE FILE`: what the vendor would send, signed as the vendor would.
struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Signs a body as the vendor would and posts it to the running gateway.",
        discussion: """
            It connects to the port on which the gateway listens, wherever public names lead, and takes only the certificate that the \
            configuration names.
            """)

    @Argument(help: "A source of the configuration.")
    var source: String

    @Argument(help: "The body; - reads standard input.")
    var file: String

    @Option(name: .customLong("header"), help: ArgumentHelp("A header to send along, such as 'X-Event: push'; may be repeated.", valueName: "name: value"))
    var headers: [String] = []

    @Flag(help: "Print a curl command that sends it, with the credential in it, and send nothing.")
    var printCurl = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws { _ = try HeaderOption.fields(headers) }

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        guard let settings = configuration.sources.first(where: { $0.name == source }) else {
            throw CommandFailure(no: "source", source, known: configuration.sources.map(\.name))
        }
        guard let secret = settings.secrets.first else {
            let reason = settings.hiddenSecret.map { ": \($0)" } ?? settings.secretVariables.first.map { ": the environment variable \($0) is not set here" }
            throw CommandFailure("no secret of the source '\(source)' is there to sign with" + (reason ?? ""), hint: hint(settings))
        }
        guard let adapter = configuration.adapters.adapters[settings.adapter] else { throw CommandFailure("the adapter '\(settings.adapter)' is not there") }
        let body = try InputFile.read(file)
        let extra = try HeaderOption.fields(headers)
        let signed = RequestSigner(scheme: adapter.authentication, secret: secret.value)
            .credentials(for: body, now: SystemClock.now(), signedHeaders: Dictionary(extra, uniquingKeysWith: { $1 }))
        let known = signed.headers.map { $0.name.lowercased() }
        let fields = signed.headers.map { ($0.name, $0.value) } + extra.filter { !known.contains($0.0.lowercased()) }
        let target = try await IngestTarget.find(configuration, file: config.file)
        let path = "/in/\(source)" + signed.pathSuffix
        if printCurl {
            StandardOutput.line(target.curlCommand(path, headers: fields, bodyFile: file))
            return
        }
        let answer = try await post(body, to: target, path, headers: fields)
        StandardOutput.line("\(answer.status) " + SafeText.escaped(String(decoding: answer.body, as: UTF8.self)))
        guard answer.status != 200 else {
            if let other = OtherVendor.likely(body, not: settings.adapter, among: configuration.adapters) {
                StandardError.line("weir: \(OtherVendor.sentence(other, not: settings.adapter))")
            }
            return
        }
        if answer.status == 401 { try await explainRefusal(configuration, secret) }
        throw ExitCode(1)
    }

    /// Says so where the gateway refuses because it does not know the source yet, or not the secret.
    private func explainRefusal(_ configuration: GatewayConfiguration, _ secret: LabelledSecret) async throws(CommandFailure) {
        guard let channel = try await GatewayChannel.open(configuration) else { return }
        let client = OperatorClient(channel)
        let sources = try await client.get(["v1", "sources"])["sources"]?.arrayValue ?? []
        let known = sources.filter { $0["configured"] != .bool(false) }
        client.warn(.source, besides: known)
        guard known.contains(where: { $0.word("name") == source }), let reason = await KnownSecret(secret, of: source, configuration)?.refusal else { return }
        StandardError.line(SafeText.escaped("weir: \(reason)"))
    }

    /// How a secret comes to be there.
    private func hint(_ settings: SourceSettings) -> String {
        if settings.hiddenSecret != nil { return "do it as the user of the gateway" }
        return settings.secretFiles.isEmpty ? "weir sources setup \(source)" : "weir sources setup \(source) --write"
    }

    private func post(_ body: [UInt8], to target: IngestTarget, _ path: String, headers: [(String, String)]) async throws(CommandFailure) -> OutboundResponse {
        do throws(TransportError) {
            // Whoever may run this command may also choose where it goes.
            let anywhere = DestinationPolicy(networks: AddressBlockList(["0.0.0.0/0", "::/0"].compactMap { try? AddressBlock($0) }))
            var request = OutboundRequest(method: .post, url: try OutboundURL(target.url + path), policy: anywhere)
            request.headers = [.init("Content-Type", "application/json")] + headers.map { .init($0.0, $0.1) }
            request.body = body
            request.certificateAuthorityFile = target.certificate
            request.connectTo = target.address
            return try await CurlTransport().send(request)
        } catch {
            throw CommandFailure("the request could not be sent to \(target.address ?? target.url): \(error.message)", status: 3)
        }
    }
}
