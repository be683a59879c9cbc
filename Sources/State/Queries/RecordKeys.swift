import FindingModel
import GRDB

/// The keys of records in a list's order, read along `records_by_status` or `records_by_seen`: no table is sorted, wherever a page begins.
///
/// Those indexes end in the record's number, so that within one status and severity the keys stand in order; a list merges those streams.
struct RecordKeys {
    /// Where a list goes on: behind this record.
    struct Place {
        let number: Int64
        let severity: Int64
        let seen: Int64
        /// The last number of a list that grows at its end.
        let end: Int64
    }

    private let kind: Int64
    private let statuses: [Int]
    private let severities: [Int64]
    private let order: RecordFilter.Order

    init(_ filter: RecordFilter) {
        kind = filter.kind.code
        order = filter.order
        switch filter.kind {
        case .finding:
            statuses = filter.findingStatuses.isEmpty ? Array(FindingSlots.statuses) : Set(filter.findingStatuses.map(FindingSlots.slot)).sorted()
            let least = filter.minSeverity?.rawValue ?? 0
            severities = Severity.allCases.filter { $0.rawValue >= least || $0 == .unknown }.map { Int64($0.rawValue) }
        case .scan:
            statuses = filter.scanStatuses.isEmpty ? Array(ScanSlots.statuses) : Set(filter.scanStatuses.map(ScanSlots.slot)).sorted()
            severities = [0]
        case .notice:
            statuses = [0]
            severities = [0]
        }
    }

    /// The numbers of the next records behind `place`, at most `limit`.
    func fetch(_ database: Database, after place: Place?, limit: Int) throws -> [Int64] {
        switch order {
        case .new:
            return try numbers(database, severities, after: place?.number, limit: limit)
        case .old:
            let statement = try database.cachedStatement(sql: sql(severities))
            return try Int64.fetchAll(statement, arguments: [place?.number ?? -1, limit, place?.end ?? .max])
        case .seen:
            let statement = try database.cachedStatement(sql: sql(severities))
            return try Int64.fetchAll(statement, arguments: [place?.number ?? .max, limit, place?.seen ?? .max])
        case .severity:
            var found: [Int64] = []
            for severity in severities.sorted(by: >) where found.count < limit {
                if let place, severity > place.severity { continue }
                let begin = severity == place?.severity ? place?.number : nil
                found += try numbers(database, [severity], after: begin, limit: limit - found.count)
            }
            return found
        }
    }

    private func numbers(_ database: Database, _ severities: [Int64], after number: Int64?, limit: Int) throws -> [Int64] {
        try Int64.fetchAll(database.cachedStatement(sql: sql(severities)), arguments: [number ?? .max, limit])
    }

    /// A statement of numbers with two parameters: the number to go on behind, and how many; in order of last seen a third, the time to go on behind,
    /// and where a list grows at its end, that end.
    func sql(_ severities: [Int64]) -> String {
        let (columns, condition, end) =
            switch order {
            case .new, .severity: ("id", "id < ?1", "1 DESC")
            case .old: ("id", "id > ?1 AND id <= ?3", "1 ASC")
            case .seen: ("id, seen", "(seen, id) < (?3, ?1)", "2 DESC, 1 DESC")
            }
        let streams = statuses.flatMap { status in
            severities.map { severity in
                "SELECT \(columns) FROM records WHERE kind = \(kind) AND known = 1 AND status = \(status) AND severity = \(severity) AND \(condition)"
            }
        }
        return streams.joined(separator: " UNION ALL ") + " ORDER BY \(end) LIMIT ?2"
    }

    /// Every statement that this list runs.
    var statements: [String] { order == .severity ? severities.map { sql([$0]) } : [sql(severities)] }
}

extension RecordKeys.Place {
    /// The place that a page gave as `next`; nothing when there is no such record, or when an id alone is no place in an order in which records move.
    init?(_ place: ListPlace, order: RecordFilter.Order, in database: Database) throws {
        guard place.order == nil || place.order == order.rawValue, place.mark != nil || !order.needsMark else { return nil }
        guard let row = try CheckedRow.fetchOne(database, sql: "SELECT id, severity, seen FROM records WHERE uid = ?", arguments: [place.id]) else {
            return nil
        }
        let end = order == .old ? try place.mark ?? Self.last(in: database) : .max
        try self.init(
            number: row[0], severity: order == .severity ? place.mark ?? row[1] : row[1], seen: order == .seen ? place.mark ?? row[2] : row[2], end: end)
    }

    /// The number of the record that became known last.
    static func last(in database: Database) throws -> Int64 { try Int64.fetchOne(database, sql: "SELECT max(id) FROM records") ?? 0 }
}
