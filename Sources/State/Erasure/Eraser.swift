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
        try forEachChange(of: record, in: database) { row in
            if try erase(row, kind: kind, parser: &parser, in: database), record.told == (try row[0] as Int64) { mustWrite = true }
        }
        if mustWrite { projection.records.touch(record, source: record.source, by: nil) }
    }

    /// Changes of a record that are in memory at once.
    private static let changesAtOnce = 20

    /// Gives sequence, data and origins of every change of `record` from the receipt on.
    private func forEachChange(of record: RecordEntry, in database: Database, _ body: (CheckedRow) throws -> Void) throws {
        let sql = "SELECT sequence, data, origins FROM changes WHERE record = ? AND entry >= ? AND sequence > ? ORDER BY sequence LIMIT \(Self.changesAtOnce)"
        var last = Int64.min
        while true {
            let rows = try CheckedRow.fetchAll(try database.cachedStatement(sql: sql), arguments: [record.number, number, last])
            for row in rows { try body(row) }
            guard rows.count == Self.changesAtOnce, let end = rows.last else { return }
            last = try end[0]
        }
    }

    /// Empties a change; whether there was anything.
    private func erase(_ row: CheckedRow, kind: RecordKind, parser: inout JSONParser, in database: Database) throws -> Bool {
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

    /// What stands for the words that any of its forms drifted with; the forms agree on it.
    private var gone: [ErasedPlace] {
        var places: Set<String> = []
        return husk.forms.flatMap(\.drift).filter { places.insert($0.place).inserted }
    }

    private func source(in database: Database) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT source FROM events WHERE entry = ?", arguments: [number])
    }

    /// The notices that told of drift of the receipt's source, whether or not they still count, in one order.
    func driftNotices(in database: Database) throws -> [String] {
        guard !gone.isEmpty, let source = try source(in: database) else { return [] }
        return try projection.drift.notices(of: source, in: database)
    }

    /// Takes the receipt's words out of the notice called `uid`, where it was made of the receipt or later.
    func eraseDrift(from uid: String, parser: inout JSONParser, in database: Database) throws {
        let gone = gone
        guard let record = try projection.records.existing(uid, kind: .notice) else { return }
        try forEachChange(of: record, in: database) { row in
            guard case .notice(let told) = try RecordRow.record(kind: .notice, data: [UInt8](row[1] as Data), parser: &parser),
                let emptied = GatewayNotice.drift(told, without: gone)
            else { return }
            let data = Data(Record.notice(emptied).json.bytes)
            try database.cachedStatement(sql: "UPDATE changes SET data = ? WHERE sequence = ?").execute(arguments: [data, row[0] as Int64])
            try ChangeSeal.renew(row[0], in: database)
        }
        guard case .notice(var state) = record.state, state.stamp?.entry ?? 0 >= receipt, let notice = state.notice,
            let emptied = GatewayNotice.drift(notice, without: gone)
        else { return }
        state.notice = emptied
        state.stamp?.hash = ContentHash.of(emptied)
        record.state = .notice(state)
        // The change that holds the record has lost the same words.
        let sequence = record.told
        projection.records.touch(record, source: record.source, by: nil)
        record.told = sequence
    }

    /// Takes the receipt out of what is counted of drift.
    ///
    /// - Parameter generation: The configuration by which it counted.
    func eraseDrift(generation: UInt64?, in database: Database) throws {
        guard !gone.isEmpty, let row = try CheckedRow.fetchOne(database, sql: "SELECT source, outcome FROM events WHERE entry = ?", arguments: [number])
        else { return }
        var counted: [DriftPlace: Int64] = [:]
        let outcome = EventOutcome(rawValue: try row[1])
        if let generation, outcome == .mapped || outcome == .ignored {
            for item in husk.form(of: generation)?.event.drift ?? [] { counted[DriftPlace(item), default: 0] += 1 }
        }
        try projection.drift.erase(gone, counted: counted, source: row[0], in: database)
    }

    /// From here on the receipt counts as erased by the entry `decision`, and what changes it made leave no more.
    func count(decision: Int64, in database: Database) throws {
        for range in try ChangeOrder.ranges(ofEntry: UInt64(clamping: number), in: database) {
            try database.execute(
                sql: "UPDATE changes SET erased = 1 WHERE sequence >= ? AND sequence < ? AND entry = ?",
                arguments: [range.lowerBound, range.upperBound, number])
        }
        try database.execute(
            sql: "INSERT INTO erasures VALUES (?, ?) ON CONFLICT (receipt) DO UPDATE SET decision = coalesce(decision, excluded.decision)",
            arguments: [number, decision])
        let lookup = try database.cachedStatement(sql: "SELECT source, outcome, kind FROM events WHERE entry = ?")
        guard let row = try CheckedRow.fetchOne(lookup, arguments: [number]), let outcome = EventOutcome(rawValue: try row[1]) else { return }
        let kind: String? = try row[2]
        let isKnown = kind.map { kind in husk.forms.contains { $0.event.kind == kind } } ?? true
        try database.cachedStatement(sql: "UPDATE events SET outcome = ?, key = NULL, kind = ? WHERE entry = ?")
            .execute(arguments: [EventOutcome.erased.rawValue, isKnown ? kind : ErasedText.text, number])
        guard outcome != .erased else { return }
        let source: Int64 = try row[0]
        projection.counters.count(outcome, source: source, by: -1)
        projection.counters.count(.erased, source: source)
    }
}

extension Husk {
    /// What is known of a receipt that was never mapped, or that an older version erased.
    static let none = Husk(forms: [], blank: [])
}

extension GatewayNotice {
    /// What `notice` told of drift, without the words that `gone` stands for; nothing where it has none of them.
    static func drift(_ notice: Notice, without gone: [ErasedPlace]) -> Notice? {
        guard let details = notice.unmapped.flatMap({ try? JSONValue(parsing: $0.bytes) }), let source = details["source"]?.stringValue,
            let list = details["places"]?.arrayValue
        else { return nil }
        var differs = false
        var places = list.compactMap { item -> DriftPlace? in
            guard let kind = item["kind"]?.stringValue, let place = item["place"]?.stringValue else { return nil }
            let said = DriftPlace(kind: kind, place: place)
            guard let erased = gone.first(where: { $0.standsFor(said) }) else { return said }
            differs = true
            return DriftPlace(kind: kind, place: erased.place).told
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
