import Adapters
import FindingModel
import GRDB
import JSONDocument
import Journal

extension Projection {
    /// Takes in an entry that is no receipt: what the gateway noticed, what a person decided, or nothing but a position.
    ///
    /// Large entries are the projector's own work, see `RebuildApplication`; in a shadow they are passed.
    func project(own entry: Entry, in database: Database) throws {
        let body = entry.body.bytes ?? []
        switch entry.kind {
        case .recovery:
            guard let note = RecoveryNote(parsing: body) else { break }
            let isFirst = try isFirst(note, entry: entry.number, in: database)
            let work = begin(entry)
            if let said = GatewayNotice.limited(of: entry, isFirst: isFirst) { try tellLimited(said, entry: work) }
            return
        case .quarantine:
            guard let note = QuarantineNote(parsing: body) else { break }
            let work = begin(entry)
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO quarantined VALUES (?, ?, ?, ?)")
                .execute(arguments: [Int64(clamping: note.receipt), work.number, note.deaths, note.reason])
            if let said = GatewayNotice.limited(of: entry, isFirst: false) { try tellLimited(said, entry: work) }
            return
        case .notice:
            guard let notice = GatewayNotice(parsing: body) else { break }
            guard let limited = GatewayNotice.limited(of: entry, isFirst: false) else { return try tell(notice, entry: begin(entry)) }
            return try tellLimited(limited, entry: begin(entry))
        case .checkpoint:
            let work = begin(entry)
            try tellWhatIsLeft(entry: work)
            if let head = JournalHead(parsing: body) { try tell(.checkpoint(head), entry: work) }
            return
        case .tick: return try tellWhatIsLeft(entry: begin(entry))
        case .decision: try decide(body, entry: entry, in: database)
        case .config where entry.isDamaged: try lack(entry.number, in: database)
        case .config: if let rules = ProjectionConfiguration.rules(in: body) { position.rules = Int64(rules) }
        case .receipt, .rebuild, .retention: break
        }
        _ = begin(entry)
    }

    /// Keeps which entry it was, for whoever compares state.db with a journal that has lost some.
    func remember(own entry: Entry, in database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO own_entries VALUES (?, ?)")
            .execute(arguments: [Int64(clamping: entry.number), EntryProof(of: entry).data])
    }

    /// Takes over the tag of a `recovery` entry; returns whether none stands before it.
    private func isFirst(_ note: RecoveryNote, entry: UInt64, in database: Database) throws -> Bool {
        if case .remade = note.reason { try Remade.remember(note.tag, in: database) }
        return try !setTag(note.tag, from: entry, in: database)
    }

    /// Makes a notice of the gateway's own; `subject` tells notices of one kind and entry apart.
    func tell(_ said: GatewayNotice, entry: ProjectedEntry, subject: String = "") throws {
        let time = EventTime(said: nil, received: Timestamp(milliseconds: entry.received))
        let event = EventInWork(entry: entry, source: SourceNames.gateway, time: time, rank: 0)
        let notice = said.notice(tag: entry.tag, entry: entry.number, subject: subject)
        try take(notice, stamp: event.stamp(hash: ContentHash.of(notice)), event: event)
    }

    /// Tells what a source sends that its adapter does not know, if that is due.
    ///
    /// - Parameter subject: Tells notices of one entry apart.
    func tellDrift(of source: Int64, name: String, entry: ProjectedEntry, subject: String = "") throws {
        let places = drift.tell(source, entry: entry.number, received: entry.received)
        guard !places.isEmpty else { return }
        let said = GatewayNotice.drift(source: name, places: places)
        try tell(said, entry: entry, subject: subject)
        drift.noteTold(said.notice(tag: entry.tag, entry: entry.number, subject: subject).uid, source: source)
    }

    /// The rules since which notices are limited; what was told before is told again as it was.
    private static let rulesWithLimits = 3

    /// Makes a notice of the gateway's own, unless one of its kind and subject was made in the hour before: then the next one counts it.
    private func tellLimited(_ said: GatewayNotice, entry: ProjectedEntry) throws {
        guard position.rules >= Self.rulesWithLimits else { return try tell(said, entry: entry) }
        if let due = notices.admit(said, received: entry.received) { try tell(due, entry: entry) }
    }

    /// Tells what no entry of its own came to tell.
    private func tellWhatIsLeft(entry: ProjectedEntry) throws {
        for notice in notices.due(received: entry.received) { try tell(notice, entry: entry, subject: notice.limitedAs.name) }
        for source in drift.sourcesToTell {
            guard let name = sources.name(of: source) else { continue }
            try tellDrift(of: source, name: name, entry: entry, subject: name)
        }
    }

    private func decide(_ body: [UInt8], entry: Entry, in database: Database) throws {
        if let decision = VoidDecision(parsing: body) {
            try add(decision, entry: Int64(clamping: entry.number), in: database)
        }
    }

    /// From here on the receipt counts as erased, and nothing of it is there any more; in parts, since it may have spoken of many records.
    ///
    /// - Parameter generation: The configuration by which it counted before.
    func erase(_ decision: EraseDecision, generation: UInt64?, entry: Entry, in database: Database) throws {
        let eraser = Eraser(receipt: decision.number, husk: Husk(parsing: decision.husk) ?? .none, projection: self)
        let parts = parts(of: entry, in: database)
        let work = begin(entry)
        var parser = JSONParser()
        for uid in eraser.husk.uids { try parts.unit { try eraser.erase(uid, parser: &parser, in: database) } }
        for uid in try eraser.driftNotices(in: database) { try parts.unit { try eraser.eraseDrift(from: uid, parser: &parser, in: database) } }
        try eraser.eraseDrift(generation: generation, in: database)
        try eraser.count(decision: work.number, in: database)
        if parts.isSplit { try UnfinishedEntry.remove(from: database) }
        erasures += 1
    }
}
