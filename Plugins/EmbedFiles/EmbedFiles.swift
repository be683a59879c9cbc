import Foundation
import PackagePlugin

/// Writes a Swift file that holds the data files a target needs, so that the binary needs no files beside it.
///
/// `Adapters` gets `adapters/<vendor>/adapter.yaml` and `README.md`, `weir` gets `schemas/*.schema.json` and the files of `examples/adapter`.
@main struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let adapters = root.appending(path: "adapters")
        switch target.name {
        case "Adapters":
            let manifests = folders(in: adapters).map { EmbeddedFile(name: $0.lastPathComponent, url: $0.appending(path: "adapter.yaml")) }
            let guides = folders(in: adapters).map { EmbeddedFile(name: $0.lastPathComponent, url: $0.appending(path: "README.md")) }
            return [try command(context, type: "EmbeddedAdapters", lists: [("manifests", "yaml", manifests), ("guides", "text", guides)])]
        case "weir":
            let suffix = ".schema.json"
            let schemas = entries(of: root.appending(path: "schemas")).filter { $0.lastPathComponent.hasSuffix(suffix) }
                .map { EmbeddedFile(name: String($0.lastPathComponent.dropLast(suffix.count)), url: $0) }
            let template = root.appending(path: "examples/adapter")
            let cases = entries(of: template.appending(path: "cases")).map { EmbeddedFile(name: "cases/\($0.lastPathComponent)", url: $0) }
            let files = ["adapter.yaml", "README.md"].map { EmbeddedFile(name: $0, url: template.appending(path: $0)) } + cases
            return [
                try command(context, type: "EmbeddedSchemas", lists: [("schemas", "text", schemas)]),
                try command(context, type: "EmbeddedTemplate", lists: [("files", "text", files)]),
            ]
        default:
            Diagnostics.error("EmbedFiles does not know what the target \(target.name) needs")
            return []
        }
    }

    private struct EmbeddedFile {
        let name: String
        let url: URL
    }

    private func command(_ context: PluginContext, type: String, lists: [(name: String, label: String, files: [EmbeddedFile])]) throws -> Command {
        let output = context.pluginWorkDirectoryURL.appending(path: "\(type).swift")
        var arguments = [output.path, type]
        var inputs: [URL] = []
        for list in lists {
            arguments += ["--list", list.name, list.label]
            for file in list.files where FileManager.default.fileExists(atPath: file.url.path) {
                arguments += [file.name, file.url.path]
                inputs.append(file.url)
            }
        }
        return .buildCommand(
            displayName: "Embedding \(inputs.count) files as \(type)", executable: try context.tool(named: "embed-files").url, arguments: arguments,
            inputFiles: inputs, outputFiles: [output])
    }

    private func entries(of folder: URL) -> [URL] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted().map { folder.appending(path: $0) }
    }

    private func folders(in folder: URL) -> [URL] {
        entries(of: folder).filter { FileManager.default.fileExists(atPath: $0.appending(path: "adapter.yaml").path) }
    }
}
