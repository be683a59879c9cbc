import FindingModel
import Testing

@testable import State

/// The moment an event counts for.
struct EventTimeTests {
    @Test(arguments: [(Int64(600), false), (601, true), (0, false), (-86_400, false)])
    func timeFarAheadOfItsReceiptGivesWay(ahead: Int64, isTooFar: Bool) {
        let time = EventTime(said: Making.time(ahead), received: Making.time(0))
        #expect(time.time == Making.time(min(ahead, 600)))
        #expect(time.isOwn != isTooFar)
    }

    @Test func wordsOfAClockThatIsAheadStayInTheirOrder() {
        // The clock is ten minutes ahead and a little more or less.
        let open = EventTime(said: Making.time(600), received: Making.time(0)).stamp(rank: 0, hash: 9, entry: 1)
        let closed = EventTime(said: Making.time(604), received: Making.time(3)).stamp(rank: 0, hash: 1, entry: 2)
        let again = EventTime(said: Making.time(610), received: Making.time(3)).stamp(rank: 0, hash: 0, entry: 3)
        #expect(open < closed && closed < again)
    }

    @Test func stampsShowTheBeginningOfACoarseTime() {
        let stamp = EventTime(said: Making.time(0), latest: Making.time(59), received: Making.time(100)).stamp(rank: 0, hash: 0, entry: 1)
        #expect(stamp.time == Making.time(59) && stamp.eventTime == Making.time(0))
    }

    @Test(arguments: [(UInt8(0), UInt8(5), true), (5, 0, false), (3, 3, false)])
    func furtherStatusIsTheLaterOfOneMoment(left: UInt8, right: UInt8, isEarlier: Bool) {
        let first = Stamp(time: Making.time(0), further: left, rank: 9, hash: 9, entry: 1)
        #expect((first < Stamp(time: Making.time(0), further: right, rank: 1, hash: 1, entry: 2)) == isEarlier)
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
