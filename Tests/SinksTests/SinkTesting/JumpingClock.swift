import Delivery
import FindingModel
import Synchronization

/// A clock on which every wait is over at once.
final class JumpingClock: DeliveryClock {
    private let milliseconds = Mutex<Int64>(1_772_445_600_987)
    private let turn = Mutex<(@Sendable () async -> Void)?>(nil)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    /// Does something before each wait from now on, while whoever waits still does.
    func beforeEachWait(_ body: (@Sendable () async -> Void)?) { turn.withLock { $0 = body } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        await turn.withLock { $0 }?()
        milliseconds.withLock { $0 += max(0, duration.wholeMilliseconds) }
        await Task.yield()
    }
}
