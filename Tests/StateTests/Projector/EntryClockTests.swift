import Testing

@testable import State

struct EntryClockTests {
    private typealias Look = EntryClock.Look

    private func milliseconds(_ looks: [EntryClock.Look]) -> Int64 {
        var clock = EntryClock()
        for look in looks { clock.observe(look) }
        return clock.milliseconds
    }

    @Test func aLoopCounts() {
        let looks = (0...40).map { Look(entry: 7, since: 1, now: 1 + $0 * 250, processor: $0 * 249, isRunnable: true) }
        #expect(milliseconds(looks) == 40 * 249)
    }

    @Test func waitingForTheDiskCounts() {
        let looks = (0...40).map { Look(entry: 7, since: 1, now: 1 + $0 * 250, processor: 3, isRunnable: false) }
        #expect(milliseconds(looks) == 40 * 250)
    }

    @Test func waitingForAProcessorDoesNot() {
        let looks = (0...40).map { Look(entry: 7, since: 1, now: 1 + $0 * 250, processor: $0, isRunnable: true) }
        #expect(milliseconds(looks) == 40)
    }

    @Test func anotherEntryBeginsAnew() {
        var looks = (0...40).map { Look(entry: 7, since: 1, now: 1 + $0 * 250, processor: $0 * 250, isRunnable: true) }
        looks.append(Look(entry: 8, since: 10_100, now: 10_251, processor: 10_250, isRunnable: true))
        #expect(milliseconds(looks) == 0)
        looks.append(Look(entry: 8, since: 10_100, now: 10_351, processor: 10_300, isRunnable: true))
        #expect(milliseconds(looks) == 50)
    }

    @Test func restCountsNothing() {
        let looks = (0...40).map { Look(entry: 7, since: 0, now: 1 + $0 * 250, processor: $0 * 250, isRunnable: false) }
        #expect(milliseconds(looks) == 0)
    }

    @Test func aThreadThatCannotBeSeenCountsInFull() {
        let looks = (0...4).map { Look(entry: 7, since: 1, now: 1 + $0 * 250, processor: 0, isRunnable: false) }
        #expect(milliseconds(looks) == 1000)
    }
}
