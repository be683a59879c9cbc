import Foundation
import PackagePlugin

/// Writes a Swift file that holds every `adapters/<vendor>/adapter.yaml`, so that the binary needs no files beside it.
@main struct EmbedAdapters: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "adapters")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let manifests = names.sorted().map { folder.appending(path: $0).appending(path: "adapter.yaml") }
            .filter { FileManager.default.fileExists(atPath: $0.path) }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedAdapters.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(manifests.count) adapters",
                executable: try context.tool(named: "embed-adapters").url,
                arguments: [output.path] + manifests.map(\.path),
                inputFiles: manifests,
                outputFiles: [output])
        ]
    }
}
