import Adapters
import FindingModel
import Foundation
import GRDB
import JSONDocument
import Journal

/// Makes the husk of a receipt whose body cannot be read of what state.db remembers: which records have words of it, and what its changes told.
///
/// What later receipts said over its words is not known any more, so it is partial. All records and all changes since are looked through.
struct RememberedHusk {
    /// Rows looked at in one go.
    private static let pageSize = 200

    private let receipt: Entry
    private let changes: [HuskWriter.Made]
    private let isIgnored: Bool

    init(_ receipt: Entry, changes: [HuskWriter.Made], isIgnored: Bool) { (self.receipt, self.changes, self.isIgnored) = (receipt, changes, isIgnored) }

    private var number: Int64 { Int64(clamping: receipt.number) }

    /// What the receipt said of one record, as far as that is known.
    private struct Said {
        /// Without its words.
        private var record: FindingModel.Record
        /// What compares those of all groups.
        private let digests: ErasedGroups
        /// The groups that hold its words, as bits of `FindingFields` or `ScanFields`.
        var groups: UInt32
        /// Its stamp, where one stands.
        var stamp: Stamp?
        /// Whether a change of its own told of the record.
        let isTold: Bool

        init(_ record: FindingModel.Record, groups: UInt32, isTold: Bool = false) {
            (self.record, self.groups, self.isTold) = (record, groups, isTold)
            switch record {
            case .finding(let finding):
                digests = MappedRecord.finding(finding, says: .allWords).digests
                self.record.erase(FindingFields.allWords.subtracting(.scanner).rawValue)
            case .scan(let scan):
                digests = MappedRecord.scan(scan, says: ScanFields(ScanFields.words)).digests
                self.record.erase(ScanFields(ScanFields.words).subtracting(.scanner).rawValue)
            case .notice:
                digests = ErasedGroups()
                self.record.erase(.max)
            }
        }

        func write(to writer: inout HuskWriter) {
            let mapped = mapped, hash = stamp?.hash ?? mapped.contentHash
            writer.add(mapped.emptied, Husk.Words(hash: hash, digests: digests.only(mapped.comparedSlots)))
        }

        private var mapped: MappedRecord {
            switch record {
            case .finding(let finding):
                var says = FindingFields(rawValue: groups)
                // A change tells of both.
                if isTold { says.formUnion([.status, .severity]) }
                return .finding(finding, says: says)
            case .scan(let scan):
                var says = ScanFields(rawValue: groups)
                if isTold { says.formUnion([.status, .findingUIDs]) }
                return .scan(scan, says: says)
            case .notice(let notice): return .notice(notice)
            }
        }
    }

    /// As the decision holds it.
    func husk(from database: Database) throws -> [UInt8] {
        var said = try toldByItself(in: database)
        try addStanding(to: &said, in: database)
        try addToldSince(to: &said, in: database)
        let row = try CheckedRow.fetchOne(database, sql: "SELECT source, kind FROM events WHERE entry = ?", arguments: [number])
        let source: Int64 = try row?[0] ?? 0
        let places = try drift(of: source, in: database)
        let stamp = said.values.lazy.compactMap(\.stamp).first
        let event = MappedEvent(
            key: nil, kind: try row?[1] ?? "", kindRank: Int(clamping: stamp?.rank ?? 0), time: time(stamp),
            latestTime: stamp.flatMap { $0.arrival == 0 ? $0.time : nil }, ignored: isIgnored, records: [],
            drift: places.compactMap { place in Drift.Kind(rawValue: place.kind).map { Drift(kind: $0, place: place.place) } })
        let key = try Data.fetchOne(database, sql: "SELECT digest FROM event_keys WHERE entry = ?", arguments: [number]).flatMap { EventKey($0) }
        var writer = HuskWriter(records: said.count)
        writer.add(
            event, scope: KeyScope(vendor: "", account: ""), generation: receipt.generation, key: key, gone: ErasedPlace.all(places, of: receipt.number)
        ) { writer in
            for uid in said.keys.sorted() { said[uid]?.write(to: &writer) }
        }
        return writer.finish(blank: [], changes: changes, isPartial: true)
    }

    /// The event's own time; nothing where its receipt's counts, or nobody knows.
    private func time(_ stamp: Stamp?) -> Timestamp? {
        if let stamp { return stamp.arrival == 0 ? stamp.eventTime : nil }
        return changes.last.flatMap { $0.time == receipt.receivedTime ? nil : $0.time }
    }

    /// What its own changes told, the last of each record.
    private func toldByItself(in database: Database) throws -> [String: Said] {
        var said: [String: Said] = [:], parser = JSONParser()
        for range in try ChangeOrder.ranges(ofEntry: receipt.number, in: database) {
            let sql = "SELECT subject, kind, data, origins FROM changes WHERE sequence >= ? AND sequence < ? AND entry = ? ORDER BY sequence"
            let rows = try Row.fetchCursor(database, sql: sql, arguments: [range.lowerBound, range.upperBound, number])
            while let row = try rows.next().map({ CheckedRow($0) }) {
                guard let (uid, record, groups) = try told(row, &parser) else { continue }
                said[uid] = Said(record, groups: groups ?? 0, isTold: true)
            }
        }
        return said
    }

    /// The record that a change told, and the groups of it that the receipt said; nothing for what the gateway said itself.
    private func told(_ row: CheckedRow, _ parser: inout JSONParser) throws -> (uid: String, record: FindingModel.Record, groups: UInt32?)? {
        guard let kind = RecordKind(code: try row[1]) else { return nil }
        let groups = try (row[3] as Data?).flatMap { try Origins([UInt8]($0)).said(by: receipt.number) }
        let record = try RecordRow.record(kind: kind, data: [UInt8](row[2] as Data), parser: &parser)
        if case .notice(let notice) = record, notice.raw == nil { return nil }
        return (try row[0], record, groups)
    }

    /// Adds the records in which words of it stand now.
    private func addStanding(to said: inout [String: Said], in database: Database) throws {
        var uid = "", parser = JSONParser()
        while case let page = try StoredRecord.page(after: uid, limit: Self.pageSize, in: database), let last = page.last {
            for row in page {
                let state = try row.decoded(&parser)
                guard let stamp = state.stamps.first(where: { $0.stamp.entry == receipt.number })?.stamp, let record = state.record else { continue }
                var known = said[row.uid] ?? Said(record, groups: 0)
                known.groups |= Origins(of: state).said(by: receipt.number) ?? 0
                known.stamp = stamp
                said[row.uid] = known
            }
            uid = last.uid
        }
    }

    /// Adds the records in whose changes since then words of it stand.
    private func addToldSince(to said: inout [String: Said], in database: Database) throws {
        var sequence: Int64 = 0, parser = JSONParser()
        let sql = """
            SELECT subject, kind, data, origins, sequence FROM changes WHERE sequence > ? AND entry > ? AND origins IS NOT NULL ORDER BY sequence LIMIT ?
            """
        while true {
            let page = try CheckedRow.fetchAll(try database.cachedStatement(sql: sql), arguments: [sequence, number, Self.pageSize])
            guard let last = page.last else { return }
            for row in page where try said[row[0]] == nil && Origins([UInt8](row[3] as Data)).said(by: receipt.number) != nil {
                guard let (uid, record, groups) = try told(row, &parser) else { continue }
                said[uid] = Said(record, groups: groups ?? 0)
            }
            sequence = try last[4]
        }
    }

    /// What nobody but the receipt is known to have shown first or last.
    private func drift(of source: Int64, in database: Database) throws -> [DriftPlace] {
        let sql = "SELECT kind, place FROM drift WHERE source = ? AND digest IS NULL AND (first_entry = ? OR last_entry = ?) ORDER BY kind, place"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [source, number, number]).map { try DriftPlace(kind: $0[0], place: $0[1]) }
    }
}
