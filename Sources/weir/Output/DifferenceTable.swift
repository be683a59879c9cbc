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
            table.add([difference.uid, difference.changeType ?? "(not told)", Self.summary(difference.before), Self.summary(difference.after)])
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

    /// What of a record a person looks at first.
    private static func summary(_ data: RawJSON?) -> String {
        guard let data, let record = try? JSONValue(parsing: data.bytes) else { return "-" }
        return ["severity", "status", "kind", "title", "name", "type"].map { record.word($0) }.filter { !$0.isEmpty }.prefix(3).joined(separator: " ")
    }
}
