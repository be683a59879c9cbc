import Testing

@testable import Journal

/// When the writer waits for more entries, and when it does not.
struct BatchPaceTests {
    /// A pace behind a reference, because `#expect` takes no mutating call.
    private final class Writer {
        private var pace = BatchPace()

        func took(_ entries: Int, at now: Int64) { pace.took(entries, at: now) }
        func waits(queued: Int, at now: Int64) -> Bool { pace.waits(queued: queued, at: now) }
    }

    /// A writer that has seen `rate` entries a second, and the time after that.
    private func writer(after rate: Int) -> (Writer, Int64) {
        let writer = Writer()
        for time in Int64(0)...200 { writer.took(rate / 1000, at: 1000 + time) }
        return (writer, 1200)
    }

    @Test(arguments: [(0, false), (1000, false), (2000, true), (8000, true), (20_000, true), (21_000, false), (40_000, false)])
    func entriesGatherOnlyWhileTheyStreamIn(rate: Int, waits: Bool) {
        let (writer, now) = writer(after: rate)
        #expect(writer.waits(queued: 1, at: now) == waits)
    }

    @Test func theFirstEntryAfterAQuietTimeWaitsForNobody() {
        let (writer, now) = writer(after: 8000)
        writer.took(8, at: now + 60_000)
        writer.took(0, at: now + 60_050)
        #expect(!writer.waits(queued: 1, at: now + 60_051))
    }

    @Test func anEmptyQueueIsNotWaitedFor() {
        let (writer, now) = writer(after: 8000)
        #expect(!writer.waits(queued: 0, at: now))
    }

    @Test func enoughEntriesGoAtOnce() {
        let (writer, now) = writer(after: 8000)
        #expect(!writer.waits(queued: BatchPace.entriesEnough, at: now))
        #expect(writer.waits(queued: BatchPace.entriesEnough - 1, at: now))
        #expect(!writer.waits(queued: BatchPace.entriesEnough, at: now + 1))
    }

    @Test func noEntryWaitsLongerThanTheLimit() {
        let (writer, now) = writer(after: 8000)
        var waited: Int64 = 0
        while writer.waits(queued: Int(waited) + 1, at: now + waited) { waited += Int64(BatchPace.stepMilliseconds) }
        #expect(waited == BatchPace.millisecondsMax)
    }

    @Test func sendersThatAreAllWaitingForTheirAnswersAreNotKeptLonger() {
        let (writer, now) = writer(after: 8000)
        for attempt in 0..<Int64(BatchPace.vainMax) {
            #expect(writer.waits(queued: 5, at: now + attempt * 2))
            #expect(!writer.waits(queued: 5, at: now + attempt * 2 + 1))
        }
        let rested = now + Int64(BatchPace.vainMax - 1) * 2 + 1 + BatchPace.restMilliseconds
        #expect(!writer.waits(queued: 5, at: rested - 1))
        #expect(writer.waits(queued: 5, at: rested))
    }

    @Test func oneWaitInVainBetweenOthersChangesNothing() {
        let (writer, now) = writer(after: 8000)
        for attempt in 0..<Int64(20) {
            #expect(writer.waits(queued: 5, at: now + attempt * 4))
            let came = attempt % 2
            #expect(writer.waits(queued: 5 + Int(came), at: now + attempt * 4 + 1) == (came == 1))
            if came == 1 { #expect(!writer.waits(queued: BatchPace.entriesEnough, at: now + attempt * 4 + 2)) }
        }
    }

    @Test func aClockThatWentBackDecidesNothing() {
        let (writer, _) = writer(after: 8000)
        writer.took(1_000_000, at: 5)
        #expect(writer.waits(queued: 1, at: 6))
        writer.took(0, at: 55)
        #expect(!writer.waits(queued: 1, at: 56))
    }
}
