/// Decides what is done about a state.db that gives errors: it is opened again, looked through, or put aside and made again from the journal.
struct StateRepair {
    enum Step: Equatable {
        /// Only wait: the file is not what is wrong.
        case none
        case reopen
        /// Find out whether the file is whole; if it is not, make it again.
        case check
        case remake
    }

    /// After how many failures in a row without progress the file is looked through.
    static let failuresBeforeCheck = 4
    /// Least time between two remakings: a disk that damages whatever it gets, or a fault of our own that looks like damage, must not keep the
    /// processor busy for ever.
    static let pause = Duration.seconds(600)

    private var failures = 0
    private var lastRemake: ContinuousClock.Instant?

    mutating func step(after error: StateError, wasProgress: Bool, at now: ContinuousClock.Instant) -> Step {
        failures = wasProgress ? 1 : failures + 1
        switch error.code {
        case .journal, .stuck, .newerVersion, .notAStateDatabase, .notDurable: return .none
        case .corrupt: return remake(at: now)
        case .failed where failures == Self.failuresBeforeCheck: return mayRemake(at: now) ? .check : .reopen
        default: return .reopen
        }
    }

    private func mayRemake(at now: ContinuousClock.Instant) -> Bool { lastRemake.map { now - $0 >= Self.pause } ?? true }

    private mutating func remake(at now: ContinuousClock.Instant) -> Step {
        guard mayRemake(at: now) else { return .reopen }
        lastRemake = now
        return .remake
    }
}
