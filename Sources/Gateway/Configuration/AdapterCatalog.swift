import Adapters
import YAMLDocument

/// The adapters that a configuration can name: the built-in ones, and those of its folders, which win.
package struct AdapterCatalog: Sendable {
    /// By name.
    package private(set) var adapters: [String: Adapter] = [:]
    /// Where each comes from: `built-in`, or its file.
    package private(set) var origins: [String: String] = [:]
    /// Names whose manifest does not compile; what is wrong with it was said there.
    private(set) var broken: Set<String> = []
    /// Whether a folder could not be read, which was said: what is in it is not known.
    private(set) var lacksFolder = false

    package static let builtInOrigin = "the built-in one"

    /// The adapters of the program itself.
    package init() {
        for adapter in Adapter.builtIn {
            adapters[adapter.name] = adapter
            origins[adapter.name] = Self.builtInOrigin
        }
    }

    package var names: [String] { adapters.keys.sorted() }

    /// Takes `adapters` from the configuration's top: one folder or a list, each holding `<name>/adapter.yaml`.
    mutating func read(_ node: YAMLNode?, _ context: inout SettingsContext) {
        guard let node else { return }
        for item in context.list(node, "adapters") {
            guard let folder = context.path(item, "adapters") else { continue }
            switch FilePaths.entries(of: folder) {
            case .failure(let error):
                context.issues.error(item, "adapters: \(error.message)")
                lacksFolder = true
            case .success(let names): add(names, folder: folder, item, &context)
            }
        }
    }

    private mutating func add(_ names: [String], folder: String, _ item: YAMLNode, _ context: inout SettingsContext) {
        guard !names.contains("adapter.yaml") else {
            let parent = FilePaths.folder(of: folder)
            context.issues.error(item, "adapters: \(folder) is the folder of one adapter; name the folder that holds it", hint: parent)
            // That it is missing was said.
            if let name = folder.split(separator: "/").last { broken.insert(String(name)) }
            return
        }
        var found = false
        for name in names {
            let file = "\(folder)/\(name)/adapter.yaml"
            guard FilePaths.exists(file) else { continue }
            found = true
            if let origin = origins[name], origin != Self.builtInOrigin {
                context.issues.warning(item, "the adapter '\(name)' of \(file) is not used: \(origin), listed before it, wins")
                continue
            }
            if origins[name] == Self.builtInOrigin {
                context.issues.warning(item, "the adapter '\(name)' of \(file) wins over \(Self.builtInOrigin)")
            }
            origins[name] = file
            switch FilePaths.text(of: file, limit: YAMLDocument.sizeLimit) {
            case .failure(let error):
                context.issues.error(item, "adapters: \(error.message)", hint: error.hint)
                broken.insert(name)
            case .success(let text):
                switch Adapter.compile(name: name, yaml: text, file: file) {
                case .success(let adapter):
                    adapters[name] = adapter
                    context.issues.merge(IssueList(adapter.warnings))
                case .failure(let list):
                    context.issues.merge(list)
                    adapters[name] = nil
                    broken.insert(name)
                }
            }
        }
        if !found { context.issues.warning(item, "adapters: no folder in \(folder) holds an adapter.yaml") }
    }
}
