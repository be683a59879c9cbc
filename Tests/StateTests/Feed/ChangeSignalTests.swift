import Testing

@testable import State

/// Waiting for changes.
struct ChangeSignalTests {
    @Test func waitEndsWithTheChange() async {
        let signal = ChangeSignal()
        async let waited: Void = signal.wait(after: 3)
        signal.advance(to: 3)
        signal.advance(to: 4)
        await waited
        await signal.wait(after: 2)
    }

    @Test func whoeverWaitsIsWokenWhenTheRowBeginsAgain() async {
        let signal = ChangeSignal()
        signal.advance(to: 9)
        async let waited: Void = signal.wait(after: 20)
        signal.restart()
        signal.advance(to: 21)
        await waited
        let later = Task { await signal.wait(after: 21) }
        signal.restart()
        later.cancel()
        await later.value
    }

    @Test func waitEndsWithItsTask() async {
        let signal = ChangeSignal()
        let before = Task { await signal.wait(after: 0) }
        before.cancel()
        await before.value
        let running = Task { await signal.wait(after: 0) }
        await Task.yield()
        running.cancel()
        await running.value
    }

    /// A restart between somebody's last look at the row and the wait is none that goes unheard.
    @Test func aWaitForWhatIsPastIsNone() async {
        let signal = ChangeSignal()
        signal.advance(to: 10)
        signal.restart()
        await signal.wait(after: 10) { true }
    }
}
