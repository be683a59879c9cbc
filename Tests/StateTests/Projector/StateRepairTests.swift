import Testing

@testable import State

/// What is done about a state.db that gives errors.
struct StateRepairTests {
    private let start = ContinuousClock.now

    private func error(_ code: StateError.Code) -> StateError { StateError(code, "") }

    @Test func aDamagedFileIsMadeAgainAtOnceAndThenNotMoreOftenThanEveryTenMinutes() {
        var repair = StateRepair()
        #expect(repair.step(after: error(.corrupt), wasProgress: true, at: start) == .remake)
        #expect(repair.step(after: error(.corrupt), wasProgress: true, at: start + .seconds(599)) == .reopen)
        #expect(repair.step(after: error(.corrupt), wasProgress: true, at: start + .seconds(600)) == .remake)
        #expect(repair.step(after: error(.corrupt), wasProgress: true, at: start + .seconds(601)) == .reopen)
    }

    @Test func aFileThatKeepsFailingIsLookedThroughOnceInARow() {
        var repair = StateRepair()
        let steps = (0..<8).map { repair.step(after: error(.failed), wasProgress: $0 == 0, at: start) }
        #expect(steps == [.reopen, .reopen, .reopen, .check, .reopen, .reopen, .reopen, .reopen])
        #expect(repair.step(after: error(.failed), wasProgress: true, at: start) == .reopen)
    }

    @Test(arguments: [StateError.Code.journal, .newerVersion, .notAStateDatabase, .notDurable]) func whatIsNotTheFilesFaultLeavesItAlone(code: StateError.Code)
    {
        var repair = StateRepair()
        for _ in 0..<10 { #expect(repair.step(after: error(code), wasProgress: false, at: start) == .none) }
    }

    @Test(arguments: [StateError.Code.diskFull, .unopenable, .closed]) func whatPassesByItselfIsTriedAgain(code: StateError.Code) {
        var repair = StateRepair()
        for _ in 0..<10 { #expect(repair.step(after: error(code), wasProgress: false, at: start) == .reopen) }
    }
}
