import Testing

@testable import CurlTransport

struct AcknowledgementWatchTests {
    /// Unacknowledged bytes and milliseconds since the beginning, and what follows, with a timeout of 1 s.
    @Test(
        arguments: [
            (0, [(0, 0, .taken)]),
            (0, [(9, 0, .wait(1)), (9, 1, .wait(2)), (1, 3, .wait(4)), (0, 7, .taken)]),
            (250, [(0, 0, .wait(1)), (0, 1, .wait(2)), (0, 249, .wait(4)), (0, 250, .taken)]),
            (250, [(5, 0, .wait(1)), (0, 100, .wait(2)), (0, 349, .wait(4)), (0, 350, .taken)]),
            (0, [(5, 0, .wait(1)), (5, 999, .wait(2)), (5, 1000, .tooSlow)]),
            // What was acknowledged in time may settle beyond it.
            (250, [(5, 990, .wait(1)), (0, 999, .wait(2)), (0, 1100, .wait(4)), (0, 1249, .taken)]),
        ] as [(Int, [(Int, Int, AcknowledgementWatch.Step)])])
    func everyLookHasItsStep(settle: Int, looks: [(Int, Int, AcknowledgementWatch.Step)]) {
        var watch = AcknowledgementWatch(timeout: .seconds(1), settleTime: .milliseconds(settle))
        for (unacknowledged, elapsed, step) in looks { #expect(watch.step(unacknowledged: unacknowledged, elapsed: .milliseconds(elapsed)) == step) }
    }

    @Test func waitsGrowToAnEnd() {
        var watch = AcknowledgementWatch(timeout: .seconds(1), settleTime: .zero)
        let steps = (0..<8).map { watch.step(unacknowledged: 1, elapsed: .milliseconds($0)) }
        #expect(steps == [1, 2, 4, 8, 16, 32, 50, 50].map { .wait($0) })
    }
}
