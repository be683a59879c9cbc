import FindingModel
import GRDB
import JSONDocument
import Journal

/// A person's decision that the receipts of one source and time count for nothing, such as those signed with a leaked secret.
package struct VoidDecision: Hashable, Sendable {
    package let source: String
    /// The receipts from `beginning` on, before `end`.
    package let beginning: ReceiptBound
    package let end: ReceiptBound
    package let reason: String
    package let who: String
    /// Whether its own entry takes back what earlier receipts did. Older versions left that to a `rebuild` entry behind it.
    package let reachesBack: Bool
    /// Whether it does so too for receipts that an older version's decision names, which waits for its rebuild. The first that reached back did not.
    package let takesWaiting: Bool

    package init(
        source: String, beginning: ReceiptBound, end: ReceiptBound, reason: String, who: String = "", reachesBack: Bool = true, takesWaiting: Bool = true
    ) {
        self.source = source
        self.beginning = beginning
        self.end = end
        self.reason = reason
        self.who = who
        self.reachesBack = reachesBack
        self.takesWaiting = reachesBack && takesWaiting
    }

    func covers(_ receipt: Entry) -> Bool { source == receipt.source && beginning.begins(before: receipt) && end.ends(behind: receipt) }

    /// The decisions that stand before entry `limit`, with their entries.
    static func all(before limit: Int64 = .max, in database: Database) throws -> [(entry: UInt64, decision: VoidDecision)] {
        let sql = "SELECT source, beginning_by, beginning, end_by, end, reason, past, entry FROM voids WHERE entry < ? ORDER BY entry"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [limit]).map { row in
            let decision = try VoidDecision(
                source: row[0], beginning: ReceiptBound(code: row[1], value: row[2]), end: ReceiptBound(code: row[3], value: row[4]), reason: row[5],
                reachesBack: row[6])
            return (UInt64(clamping: try row[7] as Int64), decision)
        }
    }

    func insert(entry: Int64, into database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO voids VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [entry, source, beginning.value, end.value, reason, beginning.code, end.code, reachesBack])
    }
}

extension ReceiptBound {
    /// A moment as a receipt time.
    fileprivate var ofReceiptTime: ReceiptBound {
        if case .wall(let time) = self { .received(time) } else { self }
    }

    fileprivate var isReceiptTime: Bool {
        if case .received = self { true } else { false }
    }
}

extension VoidDecision {
    /// Reads the body of a `decision` entry; nothing when it decides something else.
    package init?(parsing body: [UInt8]) {
        // Nobody makes a tree of an erasure, which may be large.
        guard JSONSlice(body[...])?["action"]?.stringValue == "void", let value = try? JSONValue(parsing: body), let source = value["source"]?.stringValue,
            let beginning = value["from"]?.stringValue.flatMap({ ReceiptBound($0) }), let end = value["to"]?.stringValue.flatMap({ ReceiptBound($0) })
        else { return nil }
        // A decision of an older version names receipt times, and is what it was.
        let isByWall = value["by"]?.stringValue == "wall"
        self.init(
            source: source, beginning: isByWall ? beginning : beginning.ofReceiptTime, end: isByWall ? end : end.ofReceiptTime,
            reason: value["reason"]?.stringValue ?? "", who: value["who"]?.stringValue ?? "",
            reachesBack: value["past"] == .bool(true), takesWaiting: value["waiting"] == .bool(true))
    }

    /// The body of the `decision` entry.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, text) in [("action", "void"), ("source", source), ("from", beginning.text), ("to", end.text), ("reason", reason), ("who", who)] {
            writer.key(key)
            writer.string(text)
        }
        if !beginning.isReceiptTime, !end.isReceiptTime {
            writer.key("by")
            writer.string("wall")
        }
        for (key, isSo) in [("past", reachesBack), ("waiting", takesWaiting)] where isSo {
            writer.key(key)
            writer.bool(true)
        }
        writer.endObject()
        return writer.bytes
    }
}
