import FindingModel
import Testing

@testable import State

/// The moment an event counts for.
struct EventTimeTests {
    @Test(arguments: [(Int64(600), false), (601, true), (0, false), (-86_400, false)])
    func timeFarAheadOfItsReceiptGivesWay(ahead: Int64, isDrift: Bool) {
        let time = EventTime(said: Making.time(ahead), received: Making.time(0))
        #expect(time.isDrift == isDrift)
        #expect(time.time == (isDrift ? Making.time(0) : Making.time(ahead)))
        #expect(time.isOwn != isDrift)
    }

    @Test func eventsWithoutATimeOrderByArrival() {
        let time = EventTime(said: nil, received: Making.time(5))
        let first = time.stamp(rank: 9, hash: 9, entry: 10), second = time.stamp(rank: 0, hash: 0, entry: 11)
        #expect(first < second)
    }

    @Test func coarseTimeOrdersAsItsLastMillisecond() {
        let coarse = EventTime(said: Making.time(0), latest: Making.time(59), received: Making.time(100))
        #expect(coarse.time == Making.time(0))
        #expect(EventTime(said: Making.time(30), received: Making.time(100)).stamp(rank: 0, hash: 0, entry: 1) < coarse.stamp(rank: 0, hash: 0, entry: 2))
    }

    @Test func firstOfTwoEqualReceiptsCounts() {
        let time = EventTime(said: Making.time(0), received: Making.time(0))
        #expect(time.stamp(rank: 1, hash: 1, entry: 2) < time.stamp(rank: 1, hash: 1, entry: 1))
    }
}
