import Foundation
import Testing

@testable import Gateway

/// Events that come to the address of another vendor's source.
struct OtherVendorTests {
    private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("VendorSamples/samples").path

    private static func bodies(of vendor: String) throws -> [[UInt8]] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(samples)/\(vendor)").filter { $0.hasSuffix(".json") }
        return names.sorted().map { Array(FileManager.default.contents(atPath: "\(samples)/\(vendor)/\($0)") ?? Data()) }
    }

    @Test(arguments: ["holm", "hostedscan", "probely", "reconfirm"]) func aVendorsEventIsKnownAtAnothersAddress(vendor: String) throws {
        let catalog = AdapterCatalog(), bodies = try Self.bodies(of: vendor)
        try #require(!bodies.isEmpty)
        for other in catalog.names {
            let likely = bodies.map { OtherVendor.likely($0, not: other, among: catalog) }
            #expect(
                other == vendor ? likely.allSatisfy { $0 == nil } : likely.contains(vendor) && likely.allSatisfy { $0 == nil || $0 == vendor },
                "\(other): \(likely)")
        }
    }

    @Test(arguments: ["{}", "[]", "no JSON", "{\"event_type\":\"something_new\",\"id\":1}"]) func whatNobodyKnowsIsNobodys(body: String) {
        for name in AdapterCatalog().names { #expect(OtherVendor.likely(Array(body.utf8), not: name, among: AdapterCatalog()) == nil) }
    }
}
