/// What a sink took, counted, so that of a change that failed it is known whether others were taken since it was tried before: without that, nothing says
/// that the change is the reason and not the sink.
struct Witnesses: Sendable {
    private var taken = 0
    /// The count at which each kind of work was last taken, and at which each change was last tried.
    private var last: [SinkWork: Int] = [:]
    private var tries: [UInt64: Int] = [:]

    /// The sink took something, in these works.
    mutating func note(_ works: some Sequence<SinkWork>) {
        taken += 1
        for work in works { last[work] = taken }
    }

    /// The change `sequence` was tried alone.
    mutating func noteTry(_ sequence: UInt64) { tries[sequence] = taken }

    /// The change is done with.
    mutating func forget(_ sequence: UInt64) { tries[sequence] = nil }

    /// Whether another change was taken, in the same work, since this one was tried.
    func any(since sequence: UInt64, in work: SinkWork) -> Bool {
        // What was taken since the start of this run was taken since a try of an earlier one.
        last[work] ?? 0 > tries[sequence] ?? 0
    }
}
