import Delivery
import FindingModel
import Foundation
import JSONDocument
import Testing

/// What `weir sink test` sends is a change like any other.
struct TestChangeTests {
    private static func schema(_ name: String) throws -> JSONValue {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        return try JSONValue(parsing: Array(Data(contentsOf: checkout.appending(path: "schemas/\(name).schema.json"))))
    }

    @Test(arguments: [0, 1_772_445_600_987, -5]) func itIsValidByTheSchemaOfChanges(milliseconds: Int64) throws {
        let check = JSONSchemaCheck(root: try Self.schema("change"), others: try ["finding", "scan", "notice"].map { try Self.schema($0) })
        let change = Change.test(at: Timestamp(milliseconds: milliseconds))
        #expect(check.issues(try JSONValue(parsing: change.cloudEventJSON)) == [])
        // The control: the schema sees what is wrong.
        var wrong = change
        wrong.id = "test-1-1"
        #expect(check.issues(try JSONValue(parsing: wrong.cloudEventJSON)) == ["$.id: pattern"])
    }
}
