import FindingModel
import Testing

@testable import Delivery

struct RetryTests {
    @Test(arguments: [(1, 1), (2, 2), (3, 4), (4, 8), (8, 128), (9, 256), (10, 300), (11, 300), (1000, 300), (Int.max, 300)])
    func theCeilingDoublesUpToTheCap(_ failures: Int, _ seconds: Int) {
        #expect(RetryPolicy().ceiling(failures: failures) == .seconds(seconds))
    }

    @Test(arguments: [(1, 0.0, 0), (1, 0.5, 500), (3, 0.25, 1000), (10, 0.999, 299_700), (10, 1.0, 300_000), (10, 7.0, 300_000), (10, -1.0, 0)])
    func jitterIsOverTheWholeRange(_ failures: Int, _ fraction: Double, _ milliseconds: Int) {
        #expect(RetryPolicy().wait(failures: failures, fraction: fraction, retryAfter: nil).wholeMilliseconds == Int64(milliseconds))
    }

    @Test(arguments: [(17, 17), (1, 1), (3600, 3600), (3601, 3600), (99_999_999, 3600)])
    func retryAfterIsObeyedExactlyUpToAnHour(_ asked: Int, _ seconds: Int) {
        for failures in [1, 5, 100] {
            #expect(RetryPolicy().wait(failures: failures, fraction: 0.3, retryAfter: .seconds(asked)) == .seconds(seconds))
        }
    }

    @Test func askingForNoWaitIsAskingForNothing() {
        #expect(RetryPolicy().wait(failures: 3, fraction: 0.5, retryAfter: .zero) == .seconds(2))
        #expect(RetryPolicy().wait(failures: 3, fraction: 0.5, retryAfter: .seconds(-5)) == .seconds(2))
    }

    @Test func anOutageRemembersItsBeginningAndItsLastReason() {
        var health = SinkHealth()
        let begin = Timestamp(milliseconds: 1000), policy = DeliveryPolicy()
        health.fail(DeliveryFailure("a"), at: begin, policy: policy, fraction: 0.5)
        #expect(health.outage?.next == Timestamp(milliseconds: 1500) && !health.isHealthy && !health.isPaused)
        #expect(!health.mayTry(at: Timestamp(milliseconds: 1499)) && health.mayTry(at: Timestamp(milliseconds: 1500)))
        health.fail(DeliveryFailure("b", status: 503), at: Timestamp(milliseconds: 2000), policy: policy, fraction: 0.5)
        #expect(health.outage?.since == begin && health.outage?.next == Timestamp(milliseconds: 3000))
        #expect(health.outage?.failures == 2 && health.outage?.failure.reason == "b")
        #expect(health.succeed()?.failures == 2)
        #expect(health.outage == nil && health.succeed() == nil)
    }

    @Test func aPauseKeepsItsReasonWhateverProbesMeet() {
        var health = SinkHealth()
        let policy = DeliveryPolicy()
        var now = Timestamp(milliseconds: 1000)
        health.pause(DeliveryFailure("401"), at: now, policy: policy, fraction: 0)
        #expect(health.isPaused && health.outage?.next == now.advanced(byMilliseconds: 30_000))
        for waited in [60_000, 120_000, 240_000, 450_000, 450_000] as [Int64] {
            now = health.outage?.next ?? now
            health.fail(DeliveryFailure("reset"), at: now, policy: policy, fraction: 0)
            #expect(health.isPaused && health.outage?.failure.reason == "401" && health.outage?.since == Timestamp(milliseconds: 1000))
            #expect(health.outage?.next == now.advanced(byMilliseconds: waited))
        }
        #expect(health.answer() == nil && health.isPaused)
        health.pause(DeliveryFailure("403", retryAfter: .seconds(1800)), at: now, policy: policy, fraction: 0)
        #expect(health.outage?.next == now.advanced(byMilliseconds: 1_800_000) && health.outage?.failure.reason == "403")
        #expect(health.succeed() != nil && health.isHealthy)
    }

    @Test func aClockThatWasSetBackDoesNotStretchAWait() {
        var health = SinkHealth()
        health.fail(DeliveryFailure("a"), at: Timestamp(milliseconds: 100_000_000), policy: DeliveryPolicy(), fraction: 1)
        #expect(health.mayTry(at: Timestamp(milliseconds: 1)))
    }

    @Test func waitsAreSpreadOut() {
        var random = SeededRandom(seed: 20_260_302)
        let waits = (0..<10_000).map { _ in
            RetryPolicy().wait(failures: 9, fraction: Double.random(in: 0..<1, using: &random), retryAfter: nil).wholeMilliseconds
        }
        var tenths = [Int](repeating: 0, count: 10)
        for wait in waits { tenths[min(9, Int(wait * 10 / 256_000))] += 1 }
        #expect(tenths.allSatisfy { (800...1200).contains($0) }, "\(tenths)")
    }
}
