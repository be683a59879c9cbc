import FindingModel
import NIOCore
import Testing

@testable import Ingest

struct LimitsTests {
    private func at(_ milliseconds: Int) -> NIODeadline { .uptimeNanoseconds(1_000_000_000_000) + .milliseconds(Int64(milliseconds)) }
    private let wall = Timestamp(milliseconds: 1_772_445_600_000)

    @Test func whoHasLittleWaitingIsServedBetweenThoseOfACrowd() {
        var queue = FairQueue<String, Int>()
        for number in 0..<1000 { queue.append(number, for: "crowd") }
        #expect(queue.popFirst() == 0 && queue.count == 999)
        queue.append(-1, for: "good")
        queue.append(-2, for: "good")
        #expect((0..<5).map { _ in queue.popFirst() } == [1, -1, 2, -2, 3])
        #expect((4..<1000).allSatisfy { queue.popFirst() == $0 })
        #expect(queue.popFirst() == nil && queue.isEmpty && queue.count == 0)
        queue.append(7, for: "crowd")
        #expect(!queue.isEmpty && queue.popFirst() == 7)
    }

    @Test func aBucketGivesItsBurstAndThenItsRate() {
        var bucket = TokenBucket(rate: 10, burst: 3)
        for _ in 0..<3 { #expect(bucket.take(at: at(0)) == nil) }
        #expect(bucket.take(at: at(0)) == 1)
        #expect(bucket.take(at: at(99)) == 1)
        #expect(bucket.take(at: at(100)) == nil)
        #expect(bucket.take(at: at(150)) == 1)
        #expect(bucket.take(at: at(200)) == nil)
        // Full again after a while, and not fuller.
        for _ in 0..<3 { #expect(bucket.take(at: at(60_000)) == nil) }
        #expect(bucket.take(at: at(60_000)) == 1)
    }

    @Test func aSlowBucketSaysHowLongToWait() {
        var bucket = TokenBucket(rate: 1, burst: 1)
        #expect(bucket.take(at: at(0)) == nil)
        #expect(bucket.take(at: at(0)) == 1)
        var extreme = TokenBucket(rate: .max, burst: .max)
        for _ in 0..<1000 { #expect(extreme.take(at: at(0)) == nil) }
        var large = TokenBucket(rate: 1, burst: .max)
        for _ in 0..<1000 { #expect(large.take(at: at(0)) == nil) }
    }

    @Test func anAllowanceCountsBytesOfAUTCDay() {
        var allowance = SourceAllowance(SourceLimits(rate: 1000, burst: 1000, bytesPerDay: 100))
        let evening = Timestamp(milliseconds: 86_400_000 * 20_000 - 1500)
        #expect(allowance.admit(bytes: 60, at: at(0), wall: evening) == nil)
        #expect(allowance.admit(bytes: 41, at: at(0), wall: evening) == .bytes(retryAfter: 2))
        #expect(allowance.admit(bytes: 40, at: at(0), wall: evening) == nil)
        #expect(allowance.admit(bytes: 1, at: at(0), wall: evening) == .bytes(retryAfter: 2))
        #expect(allowance.admit(bytes: 100, at: at(0), wall: evening.advanced(byMilliseconds: 1500)) == nil)
        // A clock that is set back gives no second day.
        #expect(allowance.admit(bytes: 1, at: at(0), wall: evening) == .bytes(retryAfter: 2))
        #expect(allowance.admit(bytes: .max, at: at(0), wall: evening) == .bytes(retryAfter: 2))
    }

    @Test func anAllowanceRefusesWhatItsBucketRefuses() {
        var allowance = SourceAllowance(SourceLimits(rate: 1, burst: 2, bytesPerDay: 100))
        #expect(allowance.admit(bytes: 40, at: at(0), wall: wall) == nil)
        #expect(allowance.admit(bytes: 40, at: at(0), wall: wall) == nil)
        #expect(allowance.admit(bytes: 10, at: at(0), wall: wall) == .rate(retryAfter: 1))
        // What was refused took no bytes.
        #expect(allowance.admit(bytes: 20, at: at(1000), wall: wall) == nil)
    }

    @Test func aBodyMustKeepItsPace() {
        var pace = BodyPace(timeout: .seconds(30), grace: .seconds(5), bytesPerSecondMin: 240, start: at(0))
        #expect(!pace.isTooSlow(at: at(5000)))
        #expect(pace.isTooSlow(at: at(5001)))
        pace.received(1440)
        #expect(!pace.isTooSlow(at: at(6000)))
        #expect(pace.isTooSlow(at: at(6100)))
        pace.received(1_000_000)
        #expect(!pace.isTooSlow(at: at(30_000)))
        #expect(pace.isTooSlow(at: at(30_001)))
        pace.pause(at: at(29_000))
        pace.pause(at: at(29_500))
        #expect(!pace.isTooSlow(at: at(100_000)))
        pace.resume(at: at(129_000))
        #expect(!pace.isTooSlow(at: at(130_000)))
        #expect(pace.isTooSlow(at: at(130_001)))
    }

    @Test func aLogLineASecondIsEnough() {
        var gate = RefusalLogGate()
        #expect(gate.admit(at: at(0)) == 0)
        for _ in 0..<5 { #expect(gate.admit(at: at(999)) == nil) }
        #expect(gate.admit(at: at(1000)) == 5)
        #expect(gate.admit(at: at(2000)) == 0)
    }
}
