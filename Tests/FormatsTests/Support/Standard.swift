import Foundation
import JSONDocument
import Testing

/// The committed parts of the standards' own schemas.
enum Standard {
    static let ocsf = read("FormatsTests/Standards/ocsf-1.8.0.json")
    static let ecs = read("FormatsTests/Standards/ecs-9.4.0.json")
    /// Weir's own schema of changes, with those of the records.
    static let change = JSONSchemaCheck(
        root: read("../schemas/change.schema.json"),
        others: ["finding", "scan", "notice"].map { read("../schemas/\($0).schema.json") })

    /// What is wrong with an event by OCSF; its class decides about its schema.
    static func issues(ocsf event: JSONValue) -> [String] {
        let names: [Int64: String] = [0: "base_event", 2002: "vulnerability_finding", 6007: "scan_activity"]
        guard let uid = event["class_uid"]?.integerValue, let name = names[uid] else { return ["class_uid is none of ours"] }
        return JSONSchemaCheck(root: ocsf).issues(event, definition: name)
    }

    private static func read(_ path: String) -> JSONValue {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(path)), let value = try? JSONValue(parsing: Array(data)) else {
            Issue.record("\(path) cannot be read")
            return .null
        }
        return value
    }
}
