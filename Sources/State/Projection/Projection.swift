import Adapters
import FindingModel
import Foundation
import GRDB
import Journal

/// Turns entries, in order, into records, changes and counts: a pure function of the entries and of what they did before.
///
/// Lives on one thread and inside one transaction at a time: `begin` comes first, `flush` last. After an error it is thrown away.
final class Projection {
    struct Options {
        /// Whether changes are written; a projection made for comparison makes none.
        var writesChanges = true
        /// What was decided about all receipts; nothing where each entry has its effect at its own place.
        var rules: RebuildRules?
        /// Entries whose changes are made again by other rules than at first.
        var remade: Remade?
    }

    let options: Options
    /// The entry that was amid its parts when state.db was opened.
    private let unfinished: UnfinishedEntry?
    /// Told when a part of an entry was stored.
    var onPart: (UInt64) throws -> Void = { _ in }
    var position: Position
    /// The entry that the position stands at, while nothing proves it yet.
    private var unproved: EntryProof.Head?
    let records: RecordCache
    var changes: ChangeWriter
    let events: EventWriter
    var counters = OutcomeCounters()
    var drift: DriftLedger
    var notices: NoticeLedger
    var keys: EventKeys
    private var clock: ClockSteps
    var sources: SourceNames
    /// How many receipts were erased since it began.
    var erasures = 0
    private var voids: [VoidDecision]
    /// In a shadow, what the receipts that the decision in work leaves out had to do with.
    private var touched: TouchedRecords?

    /// Takes up where state.db stands.
    init(from database: Database, options: Options = Options()) throws {
        self.options = options
        position = try Position(from: database)
        unfinished = try UnfinishedEntry(from: database)
        records = try RecordCache(from: database)
        changes = try ChangeWriter(sequence: position.sequence, isOn: options.writesChanges, in: database)
        events = try EventWriter(database)
        drift = try DriftLedger(from: database)
        notices = try NoticeLedger(from: database)
        keys = try EventKeys(from: database)
        clock = try ClockSteps(from: database)
        sources = try SourceNames(from: database)
        voids = try VoidDecision.all(in: database).map(\.decision)
        try options.remade?.write(after: position.entry, to: database)
        touched = try options.rules?.subject.map { _ in try TouchedRecords(from: database) }
    }

    /// Takes in an event that was mapped from the receipt `entry`; `scope` is where its key is unique.
    ///
    /// - Parameters:
    ///   - generation: The configuration that it was mapped with.
    ///   - husk: Where `mapped` is from when the receipt's body was erased.
    func project(_ mapped: MappedEvent, scope: KeyScope, entry: Entry, generation: UInt64, husk: Husk.Form? = nil, in database: Database) throws {
        let parts = parts(of: entry, in: database)
        let work = begin(entry, after: changesMade(by: entry), generation: generation)
        let source = try sources.number(of: entry.source, in: database)
        let time = EventTime(said: mapped.time, latest: mapped.latestTime, received: entry.receivedTime)
        let event = EventInWork(entry: work, source: source, time: time, rank: UInt32(clamping: mapped.kindRank), parts: parts, husk: husk)
        changes.isErased = husk != nil
        var row = EventRow(
            entry: work.number, source: source, received: work.received, wall: work.wall, outcome: .mapped, kind: mapped.kind, key: mapped.key)
        if mapped.ignored {
            row.outcome = .ignored
        } else if parts.stored == 0, let first = try firstOccurrence(of: mapped, scope: scope, event: event, in: database) {
            row.outcome = .duplicate
            row.first = first
        } else {
            var isTouched = false
            if let touched, let key = event.key(of: mapped, scope) { isTouched = try touched.contains(key) }
            try event.forEachRecord(of: mapped) { record, event in
                if isTouched { try touched?.add(record) }
                try take(record, event: event)
                return true
            }
        }
        // What the gateway says itself has none of the receipt's words.
        changes.isErased = false
        if row.outcome != .duplicate { countDrift(of: mapped, event: event) }
        try tellDrift(of: source, name: entry.source, entry: work)
        row.changes = changes.number
        if parts.isSplit { try UnfinishedEntry.remove(from: database) }
        try finish(row)
    }

    /// How much of entry `number` is stored already.
    func unitsStored(of number: UInt64) -> Int { unfinished?.entry == number ? unfinished?.units ?? 0 : 0 }

    /// How many changes the entry had made when the process ended amid it.
    private func changesMade(by entry: Entry) -> Int64 { unfinished?.entry == entry.number ? unfinished?.changes ?? 0 : 0 }

    /// Takes the entry apart, which comes after the position: until its last part is done, state.db stands where it stands now.
    func parts(of entry: Entry, in database: Database) -> EntryParts {
        let (before, proving, number) = (position, unproved, Int64(clamping: entry.number))
        return EntryParts(stored: unitsStored(of: entry.number)) { [unowned self] in
            isFull
        } store: { [unowned self] units in
            var place = before
            if let proving { place.proof = EntryProof(of: proving) }
            try flush(to: database, asOf: place)
            try UnfinishedEntry.write(entry: number, units: units, changes: changes.number, to: database)
            try database.endPart()
            try onPart(entry.number)
        }
    }

    /// Whether what was changed since the last flush takes up as much memory as it may.
    var isFull: Bool { records.isFull }

    /// Counts a receipt that is not mapped.
    ///
    /// - Parameter gone: How many changes it had made before it was erased: their sequence numbers stay theirs.
    func pass(_ entry: Entry, as outcome: EventOutcome, changes gone: UInt64 = 0, in database: Database) throws {
        let work = begin(entry)
        let source = try sources.number(of: entry.source, in: database)
        changes.leaveOut(gone)
        try finish(
            EventRow(entry: work.number, source: source, received: work.received, wall: work.wall, outcome: outcome, changes: changes.number))
    }

    /// Counts a receipt whose body the journal cannot read, and notes it: it may be put back.
    func pass(unread entry: Entry, in database: Database) throws {
        try pass(entry, as: .unreadable, in: database)
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO unread VALUES (?)").execute(arguments: [Int64(clamping: entry.number)])
    }

    /// Passes an entry of the gateway's own that the journal cannot read, and notes it: it may be put back. No receipt is missing with it.
    func pass(unreadOwn number: UInt64, in database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO unread VALUES (?)").execute(arguments: [Int64(clamping: number)])
        pass(through: number)
    }

    /// Notes that the configuration in entry `number` counts as unreadable: it may be put back.
    func lack(_ number: UInt64, in database: Database) throws {
        let sql = "INSERT OR IGNORE INTO unread SELECT :entry WHERE NOT EXISTS (SELECT 1 FROM skipped WHERE first <= :entry AND last >= :entry)"
        try database.cachedStatement(sql: sql).execute(arguments: ["entry": Int64(clamping: number)])
    }

    /// Counts numbers that the journal cannot read at all; what they were is lost with them.
    func skip(_ numbers: ClosedRange<UInt64>, in database: Database) throws {
        let count = Int64(clamping: numbers.count)
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO skipped VALUES (?, ?)")
            .execute(arguments: [Int64(clamping: numbers.lowerBound), Int64(clamping: numbers.upperBound)])
        counters.count(.unreadable, source: SourceNames.gateway, by: count)
        position.receipts += count
        pass(through: numbers.upperBound)
    }

    /// Moves on past what cannot be read, so that nothing proves what the journal had there.
    private func pass(through number: UInt64) {
        position.entry = max(position.entry, number)
        position.proof = nil
        unproved = nil
    }

    /// Writes what the batch has in memory, and the position with it.
    ///
    /// - Parameter place: The position to write instead, while the entry in work is not done.
    func flush(to database: Database, asOf place: Position? = nil) throws {
        try records.flush()
        try counters.flush(to: database)
        try drift.flush(to: database)
        try notices.flush(to: database)
        try keys.flush(to: database)
        try clock.flush(to: database)
        position.sequence = changes.sequence
        if let unproved { position.proof = EntryProof(of: unproved) }
        unproved = nil
        guard var place else { return try position.write(to: database) }
        place.sequence = changes.sequence
        try place.write(to: database)
    }

    /// Moves on to the entry in work, whose parts are all done, and takes over how many receipts there were.
    func pass(to database: Database, receipts: Int64) throws {
        position.sequence = changes.sequence
        position.receipts = receipts
        position.proof = unproved.map { EntryProof(of: $0) }
        unproved = nil
        try position.write(to: database)
    }

    /// Moves on to `entry`.
    func begin(_ entry: Entry, after made: Int64 = 0, generation: UInt64? = nil) -> ProjectedEntry {
        changes.begin(after: made)
        position.entry = entry.number
        unproved = EntryProof.Head(entry)
        let tag = options.remade.map { entry.number <= $0.last ? $0.tag : position.tag } ?? position.tag
        let work = ProjectedEntry(entry, tag: tag, generation: generation)
        clock.observe(entry: work.number, received: work.received, after: position.received)
        position.received = work.received
        return work
    }

    /// Puts `tag` in force from entry `number` on; returns whether there was one before.
    func setTag(_ tag: String, from number: UInt64, in database: Database) throws -> Bool {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO tags VALUES (?, ?)").execute(arguments: [Int64(clamping: number), tag])
        defer { position.tag = tag }
        return !position.tag.isEmpty
    }

    /// Whether a person had the receipt left out.
    func isVoid(_ entry: Entry) -> Bool { options.rules?.isVoid(entry) ?? false || voids.contains { $0.covers(entry) } }

    func add(_ decision: VoidDecision, entry: Int64, in database: Database) throws {
        voids.append(decision)
        try decision.insert(entry: entry, into: database)
    }

    /// Notes what an event, which the decision in work leaves out, had to do with.
    func touch(_ records: some Sequence<MappedRecord>, key: EventKey?) throws {
        for record in records { try touched?.add(record) }
        if let key { try touched?.add(key) }
    }

    private func finish(_ row: EventRow) throws {
        try events.write(row)
        counters.count(row.outcome, source: row.source)
        position.receipts += 1
    }

    /// The receipt that brought the same event before: by its key, or without one by the newest words about each of its records.
    private func firstOccurrence(of mapped: MappedEvent, scope: KeyScope, event: EventInWork, in database: Database) throws -> Int64? {
        if let key = event.key(of: mapped, scope) {
            let former = keys.hasFormer ? mapped.key.map { EventKeys.Former(key: EventKey(scope: scope, before6: $0), kind: mapped.kind) } : nil
            return try keys.claim(
                key, former: former, entry: event.entry.number, received: event.entry.received, clock: clock, in: database)
        }
        var first: Int64?
        try event.forEachRecord(of: mapped) { record, event in
            let known = try records.existing(record.uid, kind: record.kind)
            first = (known?.state.repetition(of: event.stamp(of: record))).map { Int64(clamping: $0.entry) }
            return first != nil
        }
        return first
    }

    private func countDrift(of mapped: MappedEvent, event: EventInWork) {
        guard !mapped.drift.isEmpty else { return }
        let places = mapped.drift.map { DriftPlace($0) }
        drift.count(places, gone: event.husk?.drift ?? [], source: event.source, entry: event.entry.number, received: event.entry.received)
    }
}

/// Where an event key is unique: an account at a vendor, whichever source it comes through.
package struct KeyScope: Hashable, Sendable {
    /// The adapter's name.
    package let vendor: String
    package let account: String

    package init(vendor: String, account: String) {
        self.vendor = vendor
        self.account = account
    }
}
