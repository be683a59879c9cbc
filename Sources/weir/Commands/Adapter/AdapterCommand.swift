import Adapters
import ArgumentParser
import Foundation
import Gateway
import YAMLDocument

/// `weir adapter …`: adapters are data, and these commands are their compiler and their tests.
struct AdapterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapter", abstract: "Begins adapters, tries them out and runs their cases.",
        subcommands: [AdapterNew.self, AdapterTest.self, AdapterTry.self])
}

/// Finds adapters by name or folder.
enum AdapterFinder {
    /// The adapter called `name` (the configuration's folders win over the built-in ones), or that of the folder `name`.
    static func find(_ name: String, _ config: ConfigurationOption) throws(CommandFailure) -> Adapter {
        let folder = FilePaths.absolute(name, in: FilePaths.workingDirectory)
        if FilePaths.exists(folder + "/adapter.yaml") { return try compile(folder: folder, shown: name) }
        let catalog =
            try FilePaths.exists(FilePaths.absolute(config.file, in: FilePaths.workingDirectory)) ? config.load(needsSecrets: false).adapters : AdapterCatalog()
        guard let adapter = catalog.adapters[name] else {
            throw CommandFailure(
                "there is no adapter '\(name)'", hint: "known: \(catalog.names.joined(separator: ", ")); or name a folder that holds an adapter.yaml")
        }
        return adapter
    }

    /// The adapter in `folder`; its file is called as the person called it.
    static func compile(folder: String, shown: String) throws(CommandFailure) -> Adapter {
        let file = folder + "/adapter.yaml"
        switch FilePaths.text(of: file, limit: YAMLDocument.sizeLimit) {
        case .failure(let error): throw CommandFailure(error.message, hint: error.hint)
        case .success(let text):
            let name = folder.split(separator: "/").last.map(String.init) ?? ""
            switch Adapter.compile(name: name, yaml: text, file: shown + "/adapter.yaml") {
            case .failure(let issues): throw CommandFailure(issues)
            case .success(let adapter):
                for warning in adapter.warnings { StandardError.line(SafeText.escaped(warning.text)) }
                return adapter
            }
        }
    }
}
