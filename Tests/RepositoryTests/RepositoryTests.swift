import Foundation
import Testing

/// Rules about the tree itself that a compiler does not know.
struct RepositoryTests {
    /// A C library's types stay inside the one target that wraps it.
    @Test(arguments: [
        ("CSimdjson", "JSONDocument"), ("CLibSSL", "Digests"), ("CChecksum", "Digests"), ("CCurl", "CurlTransport"), ("CZlib", "Gzip"),
        ("CLibIDN2", "DomainNames"),
    ])
    func libraryIsImportedByItsWrapperOnly(library: String, wrapper: String) throws {
        for file in try Checkout.files(below: "Sources", ending: ".swift") where !file.hasPrefix("Sources/\(wrapper)/") {
            #expect(!(try Checkout.lines(of: file)).contains { $0.hasSuffix("import \(library)") }, "\(file) imports \(library)")
        }
    }

    /// Targets know only what stands below them in the architecture.
    @Test(
        arguments: [
            ("JSONDocument", []), ("YAMLDocument", []), ("Digests", []), ("Bytes", []), ("DomainNames", []), ("CurlTransport", ["Bytes"]),
            ("FindingModel", ["Bytes", "DomainNames", "JSONDocument", "Digests"]), ("Formats", ["Bytes", "FindingModel", "JSONDocument", "Digests"]),
            ("Journal", ["FindingModel", "Digests", "JSONDocument"]),
            ("Adapters", ["Bytes", "DomainNames", "FindingModel", "Digests", "JSONDocument", "YAMLDocument"]),
            ("Ingest", ["Bytes", "Adapters", "Journal", "FindingModel", "Digests", "JSONDocument"]),
            ("State", ["Adapters", "Journal", "FindingModel", "Digests", "JSONDocument", "YAMLDocument"]),
            ("Delivery", ["State", "Journal", "FindingModel", "Digests", "JSONDocument"]),
            ("Gzip", []), ("Sinks", ["Bytes", "Delivery", "State", "CurlTransport", "Formats", "Gzip", "FindingModel", "Digests", "JSONDocument"]),
        ] as [(String, [String])])
    func arrowsPointDownward(target: String, allowed: [String]) throws {
        let own = try Checkout.folders(below: "Sources").filter { !$0.hasPrefix("C") || $0 == "CurlTransport" || $0 == "Console" }
        for file in try Checkout.files(below: "Sources/\(target)", ending: ".swift") {
            for line in try Checkout.lines(of: file) {
                guard let name = line.split(separator: " ").last.map(String.init), line.contains("import "), own.contains(name) else { continue }
                #expect(allowed.contains(name), "\(file) imports \(name)")
            }
        }
    }

    /// Vendors are data: their names stand in adapters/, tests and documents.
    @Test func noSourceFileKnowsAVendor() throws {
        for file in try Checkout.files(below: "Sources", ending: ".swift") {
            for line in try Checkout.lines(of: file) where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                let text = line.lowercased()
                for vendor in ["hostedscan", "probely", "reconfirm", "\"holm"] { #expect(!text.contains(vendor), "\(file): \(line)") }
            }
        }
    }

    @Test func relativeLinksInDocumentsLeadSomewhere() throws {
        let pages =
            try Checkout.files(below: "docs", ending: ".md") + Checkout.files(below: "adapters", ending: ".md") + ["README.md", "SECURITY.md", "CHANGELOG.md"]
        for page in pages {
            let folder = (page as NSString).deletingLastPathComponent
            for link in try Checkout.text(of: page).split(separator: "](").dropFirst().compactMap({ $0.split(separator: ")").first }) {
                let target = link.split(separator: "#").first.map(String.init) ?? ""
                guard !target.isEmpty, !target.contains("://"), !target.hasPrefix("mailto:"), !link.hasPrefix("#") else { continue }
                let path = Checkout.root + "/" + (folder.isEmpty ? target : folder + "/" + target)
                #expect(FileManager.default.fileExists(atPath: path), "\(page) links to \(target)")
            }
        }
    }

    /// The vendors' samples and the load generator are copies; where their origin is at hand, they are equal to it.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: Checkout.root + "/../shared/vendors"), "the originals are not beside this checkout"))
    func copiesEqualTheirOriginals() throws {
        var pairs = [("../shared/tools/hookload.c", "Benchmarks/hookload.c"), ("../shared/vendors/expected.json", "Tests/VendorSamples/expected.json")]
        for sample in try Checkout.files(below: "../shared/vendors/samples", ending: "") where !sample.hasSuffix("README.md") {
            pairs.append((sample, "Tests/VendorSamples/samples" + sample.dropFirst("../shared/vendors/samples".count)))
        }
        #expect(pairs.count > 26)
        for (original, copy) in pairs {
            #expect(FileManager.default.contentsEqual(atPath: Checkout.root + "/" + original, andPath: Checkout.root + "/" + copy), "\(copy)")
        }
    }
}

/// The files of the checkout that these tests are part of.
enum Checkout {
    static let root: String = {
        var url = URL(fileURLWithPath: #filePath)
        while url.path != "/", !FileManager.default.fileExists(atPath: url.appendingPathComponent("Package.swift").path) { url.deleteLastPathComponent() }
        return url.path
    }()

    static func files(below folder: String, ending: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root + "/" + folder).filter { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(root)/\(folder)/\(name)", isDirectory: &isFolder)
            return !isFolder.boolValue && name.hasSuffix(ending)
        }.map { "\(folder)/\($0)" }
    }

    static func folders(below folder: String) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder) }

    static func text(of file: String) throws -> String { try String(contentsOfFile: root + "/" + file, encoding: .utf8) }

    static func lines(of file: String) throws -> [Substring] { try text(of: file).split(separator: "\n") }
}
