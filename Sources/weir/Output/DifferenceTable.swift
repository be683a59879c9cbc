import FindingModel
import JSONDocument
import State

/// The records that would differ, as a table or one JSON object a line.
struct DifferenceTable {
    private let isShown: Bool
    private let asJSON: Bool
    private var table = Table([.init("UID", isWhole: true), .init("CHANGE"), .init("BEFORE"), .init("AFTER")])
    private var told = 0

    /// - Parameter isShown: Whether each record is shown, or only their number.
    init(isShown: Bool, asJSON: Bool = false) {
        self.isShown = isShown
        self.asJSON = asJSON
    }

    mutating func add(_ difference: RebuildPreview.Difference) {
        if difference.changeType != nil { told += 1 }
        guard isShown else { return }
        if asJSON {
            StandardOutput.write(PrintableJSON.escaped(Self.json(difference)))
        } else {
            let (before, after) = Self.summaries(difference)
            table.add([difference.uid, difference.changeType ?? "(not told)", before, after])
        }
    }

    /// Prints what was gathered; as JSON everything is printed by then.
    func print(count: Int) {
        if asJSON { return }
        if !table.rows.isEmpty { table.print(orNothing: "") }
        StandardOutput.line("\(count) \(count == 1 ? "record differs" : "records differ"), \(told) of which would be told to the sinks")
    }

    private static func json(_ difference: RebuildPreview.Difference) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("uid", difference.uid)
        if let type = difference.changeType { writer.member("type", type) }
        for (name, data) in [("before", difference.before), ("after", difference.after)] {
            guard let data else { continue }
            writer.key(name)
            writer.raw(data.bytes)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// Both sides in short; where that is the same, what else differs stands behind the second.
    private static func summaries(_ difference: RebuildPreview.Difference) -> (before: String, after: String) {
        let records = [difference.before, difference.after].map { $0.flatMap { try? JSONValue(parsing: $0.bytes) } }
        let before = records[0].map(summary) ?? "-", after = records[1].map(summary) ?? "-"
        guard before == after, let old = records[0]?.objectValue, let new = records[1]?.objectValue else { return (before, after) }
        let names = Set(old.map(\.name)).union(new.map(\.name)).filter { records[0]?[$0] != records[1]?[$0] }.sorted()
        return (before, names.isEmpty ? after : "\(after) (\(names.joined(separator: ", ")))")
    }

    /// What of a record a person looks at first.
    private static func summary(_ record: JSONValue) -> String {
        ["severity", "status", "kind", "title", "name", "type"].map { record.word($0) }.filter { !$0.isEmpty }.prefix(3).joined(separator: " ")
    }
}
