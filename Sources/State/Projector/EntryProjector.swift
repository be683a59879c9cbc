import Adapters
import GRDB
import Journal

/// Takes one entry at a time from the journal into a projection.
struct EntryProjector {
    let projection: Projection
    var mapper: any ReceiptMapper
    var survey: JournalSurvey
    private var generations: ReceiptGenerations
    /// Writes down that a receipt is left out, and why, before it is passed.
    let quarantine: (_ receipt: UInt64, _ reason: String) throws(StateError) -> Void
    /// Finds what stayed of a receipt that was erased.
    let husk: (_ receipt: UInt64) throws(StateError) -> Husk?
    /// Reads a receipt that came before.
    let receipt: (_ number: UInt64) throws(StateError) -> Entry?

    init(
        projection: Projection, mapper: any ReceiptMapper, survey: JournalSurvey,
        quarantine: @escaping (_ receipt: UInt64, _ reason: String) throws(StateError) -> Void,
        husk: @escaping (_ receipt: UInt64) throws(StateError) -> Husk?, receipt: @escaping (_ number: UInt64) throws(StateError) -> Entry?
    ) {
        (self.projection, self.mapper, self.survey) = (projection, mapper, survey)
        (self.quarantine, self.husk, self.receipt) = (quarantine, husk, receipt)
        generations = ReceiptGenerations(projection.options.rules)
    }

    private var rules: RebuildRules? { projection.options.rules }

    mutating func project(_ entry: Entry, in database: Database) throws {
        guard entry.kind == .receipt else {
            try projection.remember(own: entry, in: database)
            guard entry.kind == .decision, let decision = EraseDecision(parsing: entry.body.bytes ?? []) else {
                return try projection.project(own: entry, in: database)
            }
            return try projection.erase(decision, generation: try generation(at: entry, of: decision.number, in: database), entry: entry, in: database)
        }
        if survey.isQuarantined(entry.number) { return try projection.pass(entry, as: .quarantined, in: database) }
        if projection.isVoid(entry) {
            try touch(entry, in: database)
            return try projection.pass(entry, as: .voided, in: database)
        }
        switch body(of: entry) {
        case .erased: try project(erased: entry, in: database)
        case .unreadable: try projection.pass(unread: entry, in: database)
        case .kept(let body): try project(entry, body: body, in: database)
        }
    }

    /// What is to be made of `entry`: nothing of a body that came back although it was erased.
    private func body(of entry: Entry) -> EntryBody {
        if case .kept = entry.body, survey.isErased(entry.number) { .erased } else { entry.body }
    }

    /// The configuration by which receipt `number` counted last before `entry`; nothing where the journal cannot say.
    private mutating func generation(at entry: Entry, of number: UInt64, in database: Database) throws -> UInt64? {
        guard let receipt = try receipt(number) else { return nil }
        if rules != nil { return try generations.generation(of: receipt, &mapper) }
        var carriedOut = ReceiptGenerations(try RebuildRules.Rebuild.all(before: Int64(clamping: entry.number), in: database))
        return try carriedOut.generation(of: receipt, &mapper)
    }

    private mutating func project(_ entry: Entry, body: [UInt8], in database: Database) throws {
        PoisonSwitch.check(body)
        let generation = try generations.generation(of: entry, &mapper)
        let use = try mapper.use(of: generation)
        if use.why == .leftOut { try projection.lack(generation, in: database) }
        switch try mapper.map(entry, body: body, generation: generation) {
        case .unreadable: try projection.pass(entry, as: .unreadable, in: database)
        case .overBudget(let reason):
            try quarantine(entry.number, reason)
            try projection.pass(entry, as: .quarantined, in: database)
        case .event(let event, let scope): try projection.project(event, scope: scope, entry: entry, generation: use.generation, in: database)
        }
    }

    /// Takes in what the decision kept of a receipt whose body is gone.
    private mutating func project(erased entry: Entry, in database: Database) throws {
        guard let husk = try husk(entry.number) else {
            // One that an older version erased left only how many changes it had made.
            return try projection.pass(entry, as: .erased, changes: survey.erasedChanges(of: entry.number), in: database)
        }
        let generation = try generations.generation(of: entry, &mapper)
        guard let form = husk.form(of: generation) else { return try projection.pass(entry, as: .unreadable, in: database) }
        try projection.project(form.event, scope: form.scope, entry: entry, generation: generation, husk: form, in: database)
    }

    /// Notes, in a shadow, which records a receipt had to do with that the decision in work leaves out.
    private mutating func touch(_ entry: Entry, in database: Database) throws {
        guard let rules, rules.isSubject(entry) else { return }
        let generation = try generations.generation(of: entry, &mapper)
        if case .erased = body(of: entry), let form = try husk(entry.number)?.form(of: generation), !form.event.ignored {
            return try projection.touch(form.records.lazy.map(\.record), key: form.key)
        }
        guard case .kept(let body) = body(of: entry) else { return }
        guard case .event(let event, let scope) = try mapper.map(entry, body: body, generation: generation), !event.ignored else { return }
        try projection.touch(event.records, key: event.key.map { EventKey(scope: scope, kind: event.kind, key: $0) })
    }
}
