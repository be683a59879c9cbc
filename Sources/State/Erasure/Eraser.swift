import Adapters
import FindingModel
import Foundation
import GRDB
import JSONDocument
import Journal

/// Takes the words of one receipt out of everything that state.db has of it.
struct Eraser {
    let receipt: UInt64
    let husk: Husk
    let projection: Projection

    private var number: Int64 { Int64(clamping: receipt) }

    /// Empties what holds words of the receipt in the record called `uid`, and in every change of it from the receipt on.
    func erase(_ uid: String, parser: inout JSONParser, in database: Database) throws {
        guard let kind = RecordKind.allCases.first(where: { $0.letter == uid.first }), let record = try projection.records.existing(uid, kind: kind)
        else { return }
        // What a change holds for the record has to be read before the change is emptied.
        _ = record.json()
        var mustWrite = record.state.erase(receipt)
        let sql = "SELECT sequence, data, origins FROM changes WHERE record = ? AND entry >= ?"
        for row in try Row.fetchAll(try database.cachedStatement(sql: sql), arguments: [record.number, number]) {
            if try erase(row, kind: kind, parser: &parser, in: database), record.told == row[0] { mustWrite = true }
        }
        if mustWrite { projection.records.touch(record, source: record.source, by: nil) }
    }

    /// Empties a change; whether there was anything.
    private func erase(_ row: Row, kind: RecordKind, parser: inout JSONParser, in database: Database) throws -> Bool {
        // A change of an older version does not say where its words are from.
        let groups = try (row[2] as Data?).map { try Origins([UInt8]($0)).groups(of: receipt) } ?? .max
        guard groups != 0 else { return false }
        var record = try RecordRow.record(kind: kind, data: [UInt8](row[1] as Data), parser: &parser)
        record.erase(groups)
        let sql = """
            UPDATE changes SET data = :data,
                evidence_generation = CASE evidence_entry WHEN :receipt THEN NULL ELSE evidence_generation END,
                unmapped_generation = CASE unmapped_entry WHEN :receipt THEN NULL ELSE unmapped_generation END,
                evidence_entry = nullif(evidence_entry, :receipt), unmapped_entry = nullif(unmapped_entry, :receipt)
            WHERE sequence = :sequence
            """
        try database.cachedStatement(sql: sql)
            .execute(arguments: ["data": Data(record.json.bytes), "receipt": number, "sequence": row[0] as Int64])
        try ChangeSeal.renew(row[0], in: database)
        return true
    }

    /// Takes the receipt's words out of what is known of drift, and of the notices that told of it.
    func eraseDrift(in database: Database) throws {
        let gone = husk.forms.flatMap(\.drift)
        guard !gone.isEmpty, let source = try Int64.fetchOne(database, sql: "SELECT source FROM events WHERE entry = ?", arguments: [number]),
            let name = projection.sources.name(of: source)
        else { return }
        try projection.drift.erase(gone, source: source, in: database)
        let sql = """
            SELECT r.uid, c.sequence, c.data FROM records r JOIN changes c ON c.record = r.id
            WHERE r.kind = ? AND r.known = 1 AND c.type = ? AND c.entry >= ? ORDER BY c.sequence
            """
        var parser = JSONParser()
        for row in try Row.fetchAll(database, sql: sql, arguments: [RecordKind.notice.code, GatewayNotice.driftType, number]) {
            try erase(gone, of: name, in: try projection.records.existing(row[0], kind: .notice))
            var told = try RecordRow.record(kind: .notice, data: [UInt8](row[2] as Data), parser: &parser)
            guard case .notice(let notice) = told, let emptied = GatewayNotice.drift(notice, of: name, without: gone) else { continue }
            told = .notice(emptied)
            try database.execute(sql: "UPDATE changes SET data = ? WHERE sequence = ?", arguments: [Data(told.json.bytes), row[1] as Int64])
            try ChangeSeal.renew(row[1], in: database)
        }
    }

    private func erase(_ gone: [ErasedPlace], of source: String, in record: RecordEntry?) throws {
        guard let record, case .notice(var state) = record.state, let notice = state.notice,
            let emptied = GatewayNotice.drift(notice, of: source, without: gone)
        else { return }
        state.notice = emptied
        state.stamp?.hash = ContentHash.of(emptied)
        record.state = .notice(state)
        let sequence = record.told
        projection.records.touch(record, source: record.source, by: nil)
        // The change that holds the record loses the same words.
        record.told = sequence
    }

    /// From here on the receipt counts as erased, and what changes it made leave no more.
    func count(in database: Database) throws {
        let first = try ChangeOrder.first(in: database, column: "entry", atLeast: number)
        let behind = try ChangeOrder.first(in: database, column: "entry", atLeast: number < .max ? number + 1 : number)
        try database.execute(
            sql: "UPDATE changes SET erased = 1 WHERE sequence >= ? AND sequence < ? AND entry = ?",
            arguments: [Int64(clamping: first), Int64(clamping: behind), number])
        try database.execute(sql: "INSERT OR REPLACE INTO erasures VALUES (?)", arguments: [number])
        let lookup = try database.cachedStatement(sql: "SELECT source, outcome, kind FROM events WHERE entry = ?")
        guard let row = try Row.fetchOne(lookup, arguments: [number]), let outcome = EventOutcome(rawValue: row[1]) else { return }
        let kind: String? = row[2]
        let isKnown = kind.map { kind in husk.forms.contains { $0.event.kind == kind } } ?? true
        try database.cachedStatement(sql: "UPDATE events SET outcome = ?, key = NULL, kind = ? WHERE entry = ?")
            .execute(arguments: [EventOutcome.erased.rawValue, isKnown ? kind : ErasedText.text, number])
        guard outcome != .erased else { return }
        let source: Int64 = row[0]
        projection.counters.count(outcome, source: source, by: -1)
        projection.counters.count(.erased, source: source)
    }
}

extension Husk {
    /// What is known of a receipt that was never mapped, or that an older version erased.
    static let none = Husk(forms: [], blank: [], changes: [])
}

extension GatewayNotice {
    static let driftType = "notice." + prefix + "drift"

    /// What `notice` told of the drift of `source`, with other places where `gone` stands for them; nothing where it does for none.
    static func drift(_ notice: Notice, of source: String, without gone: [ErasedPlace]) -> Notice? {
        guard let details = notice.unmapped.flatMap({ try? JSONValue(parsing: $0.bytes) }), details["source"]?.stringValue == source,
            let list = details["places"]?.arrayValue
        else { return nil }
        var differs = false
        var places = list.compactMap { item -> DriftPlace? in
            guard let kind = item["kind"]?.stringValue, let place = item["place"]?.stringValue else { return nil }
            let said = DriftPlace(kind: kind, place: place)
            guard let erased = gone.first(where: { $0.standsFor(said) }) else { return said }
            differs = true
            return DriftPlace(kind: kind, place: erased.place)
        }
        guard differs else { return nil }
        // Those that are not named count all the same.
        let count = details["count"]?.integerValue.flatMap { Int(exactly: $0) } ?? places.count
        places += repeatElement(.other, count: min(max(count - places.count, 0), DriftLedger.placesMax))
        let said = drift(source: source, places: places)
        var emptied = notice
        (emptied.summary, emptied.unmapped) = (said.summary, said.details)
        return emptied
    }
}
