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

    init(
        projection: Projection, mapper: any ReceiptMapper, survey: JournalSurvey,
        quarantine: @escaping (_ receipt: UInt64, _ reason: String) throws(StateError) -> Void
    ) {
        (self.projection, self.mapper, self.survey, self.quarantine) = (projection, mapper, survey, quarantine)
        generations = ReceiptGenerations(projection.options.rules)
    }

    private var rules: RebuildRules? { projection.options.rules }

    mutating func project(_ entry: Entry, in database: Database) throws {
        guard entry.kind == .receipt else { return try projection.project(own: entry, in: database) }
        if survey.isQuarantined(entry.number, during: rules?.entry) { return try projection.pass(entry, as: .quarantined, in: database) }
        if projection.isVoid(entry) {
            try touch(entry, in: database)
            return try projection.pass(entry, as: .voided, in: database)
        }
        switch entry.body {
        case .erased: try projection.pass(entry, as: .erased, changes: survey.erasedChanges[entry.number] ?? 0, in: database)
        case .unreadable: try projection.pass(entry, as: .unreadable, in: database)
        case .kept(let body): try project(entry, body: body, in: database)
        }
    }

    private mutating func project(_ entry: Entry, body: [UInt8], in database: Database) throws {
        PoisonSwitch.check(body)
        let generation = try generations.generation(of: entry, &mapper)
        switch try mapper.map(entry, body: body, generation: generation) {
        case .unreadable: try projection.pass(entry, as: .unreadable, in: database)
        case .overBudget(let reason):
            try quarantine(entry.number, reason)
            try projection.pass(entry, as: .quarantined, in: database)
        case .event(let event, let scope): try projection.project(event, scope: scope, entry: entry, generation: generation, in: database)
        }
    }

    /// Notes, in a shadow, which records a receipt had to do with that the decision in work leaves out.
    private mutating func touch(_ entry: Entry, in database: Database) throws {
        guard let rules, rules.isSubject(entry), case .kept(let body) = entry.body else { return }
        let generation = try generations.generation(of: entry, &mapper)
        guard case .event(let event, let scope) = try mapper.map(entry, body: body, generation: generation), !event.ignored else { return }
        try projection.touch(event, key: event.key.map { EventKey(scope: scope, kind: event.kind, key: $0) }, in: database)
    }
}
