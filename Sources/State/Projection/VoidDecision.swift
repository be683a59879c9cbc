import FindingModel
import GRDB
import JSONDocument
import Journal

/// A person's decision that the receipts of one source and time count for nothing, such as those signed with a leaked secret.
package struct VoidDecision: Hashable, Sendable {
    package let source: String
    /// Receipt times from `beginning` on, before `end`.
    package let beginning: Timestamp
    package let end: Timestamp
    package let reason: String
    package let who: String
    /// Whether its own entry takes back what earlier receipts did. Older versions left that to a `rebuild` entry behind it.
    package let reachesBack: Bool

    package init(source: String, beginning: Timestamp, end: Timestamp, reason: String, who: String = "", reachesBack: Bool = true) {
        self.source = source
        self.beginning = beginning
        self.end = end
        self.reason = reason
        self.who = who
        self.reachesBack = reachesBack
    }

    func covers(_ receipt: Entry) -> Bool { source == receipt.source && beginning <= receipt.receivedTime && receipt.receivedTime < end }

    /// The decisions that stand before entry `limit`.
    static func all(before limit: Int64 = .max, in database: Database) throws -> [VoidDecision] {
        let sql = "SELECT source, beginning, end, reason FROM voids WHERE entry < ? ORDER BY entry"
        return try Row.fetchAll(database, sql: sql, arguments: [limit]).map { row in
            VoidDecision(source: row[0], beginning: Timestamp(milliseconds: row[1]), end: Timestamp(milliseconds: row[2]), reason: row[3])
        }
    }

    func insert(entry: Int64, into database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO voids VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [entry, source, beginning.milliseconds, end.milliseconds, reason])
    }
}

extension VoidDecision {
    /// Reads the body of a `decision` entry; nothing when it decides something else.
    package init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), value["action"]?.stringValue == "void", let source = value["source"]?.stringValue,
            let beginning = value["from"]?.stringValue.flatMap({ Timestamp(rfc3339: $0.utf8) }),
            let end = value["to"]?.stringValue.flatMap({ Timestamp(rfc3339: $0.utf8) })
        else { return nil }
        self.init(
            source: source, beginning: beginning, end: end, reason: value["reason"]?.stringValue ?? "", who: value["who"]?.stringValue ?? "",
            reachesBack: value["past"] == .bool(true))
    }

    /// The body of the `decision` entry.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, text) in [("action", "void"), ("source", source), ("from", beginning.rfc3339), ("to", end.rfc3339), ("reason", reason), ("who", who)] {
            writer.key(key)
            writer.string(text)
        }
        if reachesBack {
            writer.key("past")
            writer.bool(true)
        }
        writer.endObject()
        return writer.bytes
    }
}
