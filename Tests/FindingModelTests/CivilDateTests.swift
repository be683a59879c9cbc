import FindingModel
import Testing

struct CivilDateTests {
    @Test func countsEveryDayOfTheCalendar() {
        // An independent count: month lengths written out, one day after another.
        var expected = CivilDate.dayRange.lowerBound
        var wrong = 0
        for year: Int64 in 1...9999 {
            let leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            let lengths: [Int64] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (index, length) in lengths.enumerated() {
                for day in [1, 15, length] {
                    let month = Int64(index + 1)
                    guard let date = CivilDate(year: year, month: month, day: day) else {
                        wrong += 1
                        continue
                    }
                    let days = expected + day - 1
                    if date.daysSinceEpoch != days || CivilDate(daysSinceEpoch: days) != date { wrong += 1 }
                }
                if CivilDate(year: year, month: Int64(index + 1), day: length + 1) != nil { wrong += 1 }
                expected += length
            }
        }
        #expect(wrong == 0)
        #expect(expected == CivilDate.dayRange.upperBound + 1)
    }

    @Test(
        arguments: [
            (0, 1, 1), (10_000, 1, 1), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 1, -1), (2100, 2, 29), (.max, .max, .max),
            (.min, 1, 1),
        ] as [(Int64, Int64, Int64)])
    func refusesDaysOutsideTheCalendar(year: Int64, month: Int64, day: Int64) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test func bringsFarDaysIntoTheCalendar() {
        #expect(CivilDate(daysSinceEpoch: .max) == CivilDate(year: 9999, month: 12, day: 31))
        #expect(CivilDate(daysSinceEpoch: .min) == CivilDate(year: 1, month: 1, day: 1))
    }
}
