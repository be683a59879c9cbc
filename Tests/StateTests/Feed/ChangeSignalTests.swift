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
}
