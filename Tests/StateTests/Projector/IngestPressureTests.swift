import Testing

@testable import State

struct IngestPressureTests {
    private func pressure(_ looks: [(watermark: UInt64, time: Int64)]) -> IngestPressure {
        var pressure = IngestPressure()
        for look in looks { pressure.observe(watermark: look.watermark, at: look.time) }
        return pressure
    }

    @Test(
        arguments: [
            ([(0, 0)], false), ([(0, 0), (3000, 100)], true), ([(0, 0), (800, 100)], false),
            // Too soon to say; the window goes on.
            ([(0, 0), (3000, 10)], false), ([(0, 0), (3000, 10), (3000, 100)], true),
            // It ends as soon as less comes in, and a clock or a journal that goes back says nothing.
            ([(0, 0), (3000, 100), (3100, 200)], false), ([(9000, 500), (10, 100), (20, 200)], false),
        ] as [([(UInt64, Int64)], Bool)])
    func itIsHighWhileMoreComesInThanTwoProcessorsCanProject(looks: [(UInt64, Int64)], isHigh: Bool) {
        #expect(pressure(looks.map { (watermark: $0.0, time: $0.1) }).isHigh == isHigh)
    }

    @Test func underPressureThreeQuartersOfTheTimeAreLeftToOthers() {
        #expect(pressure([(0, 0), (3000, 100)]).rest(after: 5) == 15)
        #expect(pressure([(0, 0), (3000, 100)]).rest(after: 500) == 60)
        #expect(pressure([(0, 0), (3000, 100)]).rest(after: 0) == 3)
        #expect(pressure([(0, 0)]).rest(after: 5) == 0)
    }
}
