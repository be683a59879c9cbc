import Sinks
import YAMLDocument

/// Whether the files of a configuration keep out of each other's way.
package enum PathChecks {
    private static let systemFolders = ["/proc", "/sys", "/dev"]

    /// The system's folder in which `path` lies, wherever links lead; nothing for one that keeps what is put into it. Memory that looks like a
    /// disk, `/dev/shm`, is for those who want it.
    package static func systemFolder(_ path: String) -> String? {
        let resolved = FilePaths.resolved(path)
        guard resolved != "/dev/shm", !resolved.isInside("/dev/shm") else { return nil }
        return systemFolders.first { resolved == $0 || resolved.isInside($0) }
    }

    /// What to do about a path below /etc, where the relative ones of a configuration there begin and which no gateway may write; nothing for another.
    static func hint(below path: String, instead: String) -> String? {
        guard path.isInside("/etc") else { return nil }
        return "relative paths begin in the folder of weir.yaml, which is no place for data there: \(instead)"
    }

    static func run(_ configuration: GatewayConfiguration, root: YAMLNode, sinksNode: YAMLNode?, _ context: inout SettingsContext) {
        let storage = configuration.storage
        if let node = root["journal"] {
            if storage.journal == storage.data {
                context.issues.error(node, "journal and data are the same folder, \(storage.data)", hint: "\(storage.data)/journal")
            } else if storage.data.isInside(storage.journal) {
                context.issues.error(node, "journal: the data folder \(storage.data) is inside it")
            }
        }
        for (key, path, hint) in [("data", storage.data, "./data"), ("journal", storage.journal, "./data/journal")] {
            guard key == "data" || root[key] != nil, let folder = systemFolder(path) else { continue }
            context.issues.error(root[key] ?? root, "\(key): what stands under \(folder) is the system's, and keeps nothing", hint: hint)
        }
        // sockaddr_un has 108 bytes for the path, and the socket is made in a folder of its own: data/socket.new/s.
        if storage.socketFile.utf8.count > 105 {
            context.issues.error(root["data"] ?? root, "data: the path of \(storage.socketFile) is too long for a socket (105 bytes)")
        }
        var taken: [String: String] = [:]
        for sink in configuration.sinks {
            guard let file = sink.options as? FileSinkOptions else { continue }
            let node = sinksNode?[sink.name]?["path"] ?? root
            if let other = taken[file.path] {
                context.issues.error(node, "path: the sink '\(other)' already writes \(file.path)")
            } else if storage.owns(file.path) {
                context.issues.error(node, "path: \(file.path) belongs to the gateway itself")
            } else if let folder = systemFolder(file.path) {
                context.issues.error(node, "path: what stands under \(folder) is the system's, and keeps nothing", hint: "data/changes.ndjson")
            } else if FilePaths.isFolder(file.path) {
                context.issues.error(node, "path: \(file.path) is a folder", hint: "\(file.path)/changes.ndjson")
            } else if case let folder = FilePaths.folder(of: file.path), folder != storage.data,
                FilePaths.isAbsent(folder) || FilePaths.exists(folder) && !FilePaths.isFolder(folder)
            {
                context.issues.error(
                    node, "path: there is no folder \(folder)", hint: hint(below: folder, instead: "path: /var/lib/weir/changes.ndjson") ?? "mkdir -p \(folder)"
                )
            }
            taken[file.path] = sink.name
        }
        checkFullFiles(configuration, root, sinksNode, &context)
    }

    /// Finds file sinks whose files another one's full ones would be renamed to.
    private static func checkFullFiles(
        _ configuration: GatewayConfiguration, _ root: YAMLNode, _ sinksNode: YAMLNode?, _ context: inout SettingsContext
    ) {
        let files = configuration.sinks.compactMap { sink in (sink.options as? FileSinkOptions).map { (name: sink.name, options: $0) } }
        for other in files where other.options.rotateBytes != nil {
            for file in files {
                guard let number = file.options.path.dropping(prefix: other.options.path + "."), UInt64(number).map({ String($0) }) == number else { continue }
                context.issues.error(
                    sinksNode?[file.name]?["path"] ?? root, "path: the sink '\(other.name)' keeps its full files under that name: \(file.options.path)",
                    hint: "another name, or another folder")
            }
        }
    }
}

extension StorageSettings {
    /// Whether the gateway itself writes there: the folders, and in the data folder the databases with what stands beside them, and the small files.
    fileprivate func owns(_ path: String) -> Bool {
        if path == journal || path.isInside(journal) { return true }
        // What is a folder already is told as one.
        if [data, journal].contains(where: { $0 == path || $0.isInside(path) }), !FilePaths.isFolder(path) { return true }
        return [lockFile, socketFile, TallyFile(self).path].contains(path) || [stateFile, ledgerFile].contains { path.dropping(prefix: $0) != nil }
    }
}

extension String {
    /// Whether this absolute path is below `folder`.
    fileprivate func isInside(_ folder: String) -> Bool { dropping(prefix: folder == "/" ? "/" : folder + "/") != nil }
}
