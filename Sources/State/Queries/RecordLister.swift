import FindingModel
import GRDB

/// Reads one page of a list of records: bounded by rows, by bytes, and by how many records are looked at.
struct RecordLister {
    /// Bytes of rows after which a page ends; the first row is given whatever its size.
    static let bytesMax = 1 << 20
    /// Records looked at for one page of a list that passes records over.
    static let lookMax = 5000

    let filter: RecordFilter

    /// Nothing when there is no record to go on after.
    func page(_ database: Database) throws -> RecordPage? {
        var place: RecordKeys.Place?
        if let after = filter.after {
            place = try RecordKeys.Place(after, order: filter.order, in: database)
            if place == nil { return nil }
        }
        let limit = filter.passesOver ? max(Self.lookMax, filter.limit) : filter.limit
        // One more than fits says whether there is anything behind.
        let found = try RecordKeys(filter).fetch(database, after: place, limit: limit + 1)
        var page = RecordPage()
        let last = try fill(&page, Array(found.prefix(limit)), database)
        if last < found.count, last > 0 { page.next = try next(behind: found[last - 1], of: place, database) }
        return page
    }

    /// Reads records until the page is full; returns how many of `numbers` were looked at.
    private func fill(_ page: inout RecordPage, _ numbers: [Int64], _ database: Database) throws -> Int {
        let statement = try PreparedStatement(database, sql)
        let source = try filter.source.map { name in
            // A source that was never heard of touched no record.
            try Int64.fetchOne(database, sql: "SELECT id FROM sources WHERE name = ?", arguments: [name]) ?? -1
        }
        var bytes = 0
        for (index, number) in numbers.enumerated() {
            guard page.rows.count < filter.limit else { return index }
            guard let row = try row(number, source: source, statement) else { continue }
            let cut = LongTexts.cut(row.data.bytes)
            let size = cut?.count ?? row.data.bytes.count
            if !page.rows.isEmpty, bytes + size > Self.bytesMax { return index }
            bytes += size
            if cut != nil { page.cut += 1 }
            page.rows.append(
                cut.map { RecordSummary(uid: row.uid, kind: row.kind, source: row.source, receivedTime: row.receivedTime, data: RawJSON(bytes: $0)) } ?? row)
        }
        return numbers.count
    }

    private func row(_ number: Int64, source: Int64?, _ statement: PreparedStatement) throws -> RecordSummary? {
        try statement.first {
            $0.add(number)
            $0.add(source)
            $0.add(filter.since?.value)
            $0.add(filter.until?.value)
        } _: { columns -> RecordSummary? in
            let data = columns.bytes(3)
            guard filter.words.match(data) else { return nil }
            return RecordSummary(
                uid: columns.text(0), kind: filter.kind, source: columns.text(1), receivedTime: Timestamp(milliseconds: columns.integer(2)),
                data: RawJSON(bytes: data))
        } ?? nil
    }

    var sql: String {
        let begins = filter.since?.begins(before: "r", entry: Self.entry, "?3") ?? "?3 IS NULL"
        let ends = filter.until?.ends(behind: "r", entry: Self.entry, "?4") ?? "?4 IS NULL"
        return """
            SELECT r.uid, s.name, r.received, coalesce(r.data, t.data) FROM \(RecordSummary.tables)
            WHERE r.id = ?1 AND (?2 IS NULL OR r.source = ?2) AND \(begins) AND \(ends)
            """
    }

    /// The newest entry about a record; that of its newest change where an older version took it in.
    private static let entry = "coalesce(r.entry, (SELECT max(entry) FROM changes WHERE record = r.id), 0)"

    private func next(behind number: Int64, of place: RecordKeys.Place?, _ database: Database) throws -> ListPlace? {
        guard let row = try CheckedRow.fetchOne(database, sql: "SELECT uid, severity, seen FROM records WHERE id = ?", arguments: [number]) else { return nil }
        let mark: Int64? =
            switch filter.order {
            case .new: nil
            case .old: try place?.end ?? RecordKeys.Place.last(in: database)
            case .severity: try row[1]
            case .seen: try row[2]
            }
        return ListPlace(order: filter.order.rawValue, mark: mark, id: try row[0])
    }
}
