import Adapters
import ArgumentParser
import Bytes
import Digests
import Gateway

/// `weir init`: a first configuration that starts.
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Writes a first configuration that starts on loopback, with a secret for each source.",
        discussion: "Makes weir.yaml (or what --config names) and secrets/ beside it; a file that is there is not touched.")

    @Option(name: .customLong("adapter"), help: ArgumentHelp("A vendor to receive from; may be repeated; all built-in ones when left out.", valueName: "name"))
    var adapters: [String] = []

    @Option(help: ArgumentHelp("Where the gateway is to keep what it knows; relative to the configuration.", valueName: "folder"))
    var data = "./data"

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        // It stands in YAML without quotation marks.
        let isPlain = data.utf8.allSatisfy { ShellWord.isPlain($0) }
        if !isPlain || data.utf8.isEmpty { throw ValidationError("--data is a path of letters, digits and /._-, not '\(data)'") }
        let folder = FilePaths.folder(of: FilePaths.absolute(config.file, in: FilePaths.workingDirectory))
        if let system = PathChecks.systemFolder(FilePaths.absolute(data, in: folder)) {
            throw ValidationError("--data: what stands under \(system) is the system's, and keeps nothing", hint: "--data ./data")
        }
    }

    func run() throws {
        let path = FilePaths.absolute(config.file, in: FilePaths.workingDirectory), folder = FilePaths.folder(of: path)
        guard config.file.utf8.last != UInt8(ascii: "/"), !FilePaths.isFolder(path) else {
            throw CommandFailure("\(config.file) is a folder", hint: "name the file: --config \(path == "/" ? "" : path)/weir.yaml")
        }
        let catalog = AdapterCatalog()
        let names = adapters.isEmpty ? catalog.names : Set(adapters).sorted()
        for name in names where catalog.adapters[name] == nil {
            throw CommandFailure(no: "built-in adapter", name, known: catalog.names)
        }
        guard FilePaths.isAbsent(path) else { throw CommandFailure("\(config.file) is there already", hint: "weir check --config \(config.file)") }
        for name in names {
            let file = "\(folder)/secrets/\(name)"
            guard FilePaths.isAbsent(file) else { continue }
            let secret = Base64Text.encodeURLSafe(RandomBytes.secure(32))
            let isBasic = if case .basic? = catalog.adapters[name]?.authentication { true } else { false }
            try NewFolder.write((isBasic ? "weir:" : "") + secret + "\n", to: file, mode: 0o600)
        }
        try NewFolder.write(Self.text(names, data: data), to: path)
        StandardOutput.line("\(config.file): written, with a secret for \(names.joined(separator: ", ")) in \(folder)/secrets")
        for name in names {
            guard let adapter = catalog.adapters[name], adapter.secretMaker == .vendor else { continue }
            StandardOutput.line(
                "\(adapter.vendor) makes its secret itself: secrets/\(name) holds a stand-in, until you put the vendor's in its place (weir sources setup \(name))"
            )
        }
        let option = config.file == "weir.yaml" ? "" : " --config \(config.file)"
        for (command, does) in [
            ("weir check", "says whether all is well"), ("weir serve", "receives on http://127.0.0.1:8080"),
            ("weir sources setup SOURCE", "shows what to enter at the vendor"), ("weir send SOURCE FILE", "sends what the vendor of a source would"),
        ] {
            let words = command + option
            StandardOutput.line(words + String(repeating: " ", count: max(2, 27 + option.utf8.count - words.utf8.count)) + does)
        }
    }

    /// The configuration.
    static func text(_ adapters: [String], data: String = "./data") -> String {
        let sources = adapters.map { "  \($0): { adapter: \($0), secrets: [ \"file:secrets/\($0)\" ] }\n" }.joined()
        return """
            # Where vendors reach this gateway; `weir sources setup NAME` prints it.
            # public-url: https://hooks.example.com
            listen:
              # Only this machine. For the world: { address: "0.0.0.0:8443", tls: { certificate: FILE, key: FILE } },
              # or leave it so and put a TLS proxy in front.
              ingest: 127.0.0.1:8080
            data: \(data)
            sources:
            \(sources)sinks:
              archive: { type: file, path: \(data.dropping(prefix: "./") ?? data)/changes.ndjson, rotate: 1GiB, keep: 10 }

            """
    }
}
