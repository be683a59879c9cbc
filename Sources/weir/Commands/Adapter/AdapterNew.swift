import ArgumentParser
import Gateway

/// `weir adapter new NAME`.
struct AdapterNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Makes a folder for a new adapter: a manifest with one of everything, a README, and cases that pass.")

    @Argument(help: "The adapter's name: lower-case letters, digits and -; it never changes afterwards.")
    var name: String

    @Option(help: ArgumentHelp("The vendor's name, as records show it.", valueName: "text"))
    var vendor: String?

    @Option(name: .customLong("in"), help: ArgumentHelp("The folder of adapters, which is made if it is not there.", valueName: "folder"))
    var folder = "adapters"

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        if !ConfiguredName.isValid(name) { throw ValidationError("'\(name)' is no adapter's name: 1 to 63 of a-z, 0-9 and '-', and not '-' first") }
        if let vendor {
            let isText = vendor.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.properties.generalCategory != .control }
            if !isText || vendor.allSatisfy(\.isWhitespace) || vendor.utf8.count > 200 {
                throw ValidationError("--vendor must be one line of at most 200 bytes")
            }
        }
        if folder.utf8.isEmpty { throw ValidationError("--in is empty") }
    }

    func run() throws {
        let shown = folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
        let path = FilePaths.absolute(shown, in: FilePaths.workingDirectory)
        let template = AdapterTemplate(name: name, vendor: vendor ?? name, shown: shown)
        let cases = try NewFolder.make(path, shown: shown) { () throws(CommandFailure) in
            for file in template.files { try NewFolder.write(file.text, to: "\(path)/\(file.name)") }
            return try template.writeExpectations(path)
        }
        StandardOutput.line("\(shown): adapter.yaml, README.md and \(cases) cases")
        if AdapterCatalog().names.contains(name) {
            StandardError.line("warning: once \(folder) is listed under 'adapters:', it wins over the built-in adapter of that name")
        }
        StandardOutput.line("next: read \(shown)/README.md; then  weir adapter try \(shown) BODY.json  and  weir adapter test \(shown)")
    }
}
