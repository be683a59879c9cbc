import Foundation
import JSONDocument
import Testing

/// The copies of the vendors' sample bodies, and what each must become.
enum VendorSamples {
    /// The folder of the package that these tests were built from.
    static let package: URL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let folder = package.appending(path: "Tests/VendorSamples")

    /// The bytes of a file below `Tests/VendorSamples`.
    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: path)))
    }

    /// The names of one vendor's sample bodies.
    static func names(of vendor: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "samples/\(vendor)").path).filter { $0.hasSuffix(".json") }.sorted()
    }
}

struct VendorSamplesTests {
    /// The folder that the copies were made from, where a checkout stands beside it.
    private static let original = VendorSamples.package.deletingLastPathComponent().appending(path: "shared/vendors")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: VendorSamplesTests.original.path), "the shared folder is not beside this checkout"))
    func copiesEqualTheOriginals() throws {
        func files(_ root: URL) -> [String] {
            let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
            return found.filter { $0 == "expected.json" || $0.hasPrefix("samples/") }.filter { !root.appending(path: $0).hasDirectoryPath }.sorted()
        }
        let names = files(Self.original)
        #expect(names.count > 30)
        #expect(files(VendorSamples.folder) == names)
        for name in names {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: Self.original.appending(path: name).path, isDirectory: &isFolder)
            guard !isFolder.boolValue else { continue }
            let original = try Data(contentsOf: Self.original.appending(path: name))
            let copy = try Data(contentsOf: VendorSamples.folder.appending(path: name))
            #expect(original == copy, "\(name)")
        }
    }
}
