import GRDB

/// Where receipt times went back, because the clock that gave the last of them had been ahead.
///
/// What was received before such a step came no later than the step itself, whatever its receipt time says.
struct ClockSteps {
    private struct Step {
        let entry: Int64
        let received: Int64
    }

    /// In order of entries.
    private var steps: [Step]
    private var unwritten: [Step] = []

    /// None.
    init() { steps = [] }

    init(from database: Database) throws {
        steps = try CheckedRow.fetchAll(database, sql: "SELECT entry, received FROM clock_steps ORDER BY entry").map { try Step(entry: $0[0], received: $0[1]) }
    }

    /// Takes note of an entry that was received at `received` behind one that was received at `before`.
    mutating func observe(entry: Int64, received: Int64, after before: Int64) {
        guard received < before else { return }
        let step = Step(entry: entry, received: received)
        steps.append(step)
        unwritten.append(step)
    }

    /// When at the latest the entry came whose receipt time is `received`.
    func time(of entry: Int64, received: Int64) -> Int64 {
        steps.reduce(received) { time, step in step.entry > entry ? min(time, step.received) : time }
    }

    mutating func flush(to database: Database) throws {
        for step in unwritten {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO clock_steps VALUES (?, ?)").execute(arguments: [step.entry, step.received])
        }
        unwritten.removeAll()
    }
}
