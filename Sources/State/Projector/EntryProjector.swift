import GRDB
import Journal

/// Takes one entry at a time from the journal into a projection.
struct EntryProjector {
    let projection: Projection
    var mapper: any ReceiptMapper
    var survey: JournalSurvey
    /// Writes down that a receipt is left out, and why, before it is passed.
    let quarantine: (_ receipt: UInt64, _ reason: String) throws(StateError) -> Void

    mutating func project(_ entry: Entry, in database: Database) throws {
        guard entry.kind == .receipt else { return try projection.project(own: entry, in: database) }
        if survey.isQuarantined(entry.number, generation: projection.options.generation) {
            return try projection.pass(entry, as: .quarantined, in: database)
        }
        if projection.isVoid(entry) { return try projection.pass(entry, as: .voided, in: database) }
        switch entry.body {
        case .erased: try projection.pass(entry, as: .erased, changes: survey.erasedChanges[entry.number] ?? 0, in: database)
        case .unreadable: try projection.pass(entry, as: .unreadable, in: database)
        case .kept(let body): try project(entry, body: body, in: database)
        }
    }

    private mutating func project(_ entry: Entry, body: [UInt8], in database: Database) throws {
        PoisonSwitch.check(body)
        switch try mapper.map(entry, body: body, generation: projection.options.generation ?? entry.generation) {
        case .unreadable: try projection.pass(entry, as: .unreadable, in: database)
        case .overBudget(let reason):
            try quarantine(entry.number, reason)
            try projection.pass(entry, as: .quarantined, in: database)
        case .event(let event, let scope): try projection.project(event, scope: scope, entry: entry, in: database)
        }
    }
}
