import Foundation

/// A folder of its own for one gateway under test, removed with the value that owns it.
final class Workspace: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "weir-process-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    func read(_ name: String) -> [UInt8] { FileManager.default.contents(atPath: path + "/" + name).map(Array.init) ?? [] }

    /// Puts the bytes of one file in another's place.
    func copy(_ name: String, to other: String) throws { try Data(read(name)).write(to: URL(fileURLWithPath: path + "/" + other)) }

    /// Every file below the folder whose bytes contain `needle`, but for the names given.
    func files(containing needle: String, except excluded: Set<String> = []) -> [String] {
        let data = Data(needle.utf8)
        let names = FileManager.default.enumerator(atPath: path)?.allObjects.compactMap { $0 as? String } ?? []
        return names.filter { name in
            guard !excluded.contains(name), let bytes = FileManager.default.contents(atPath: path + "/" + name) else { return false }
            return bytes.range(of: data) != nil
        }
    }

    /// The checkout this file is part of.
    static let checkout: String = {
        var url = URL(fileURLWithPath: #filePath)
        while url.path != "/", !FileManager.default.fileExists(atPath: url.appendingPathComponent("Package.swift").path) { url.deleteLastPathComponent() }
        return url.path
    }()
}
