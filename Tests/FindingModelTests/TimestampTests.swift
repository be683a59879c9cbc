import FindingModel
import Testing

struct TimestampTests {
    static let moments: [(String, Int64)] = [
        ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("2024-02-29T12:34:56.789Z", 1_709_210_096_789),
        ("2000-02-29T00:00:00.000Z", 951_782_400_000), ("1900-03-01T00:00:00.000Z", -2_203_891_200_000), ("2026-03-02T10:00:00.000Z", 1_772_445_600_000),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ]

    @Test(arguments: moments) func writesAndReads(text: String, milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(time.rfc3339 == text)
        #expect(time.rfc3339Bytes == Array(text.utf8))
        #expect(Timestamp(rfc3339: text.utf8) == time)
        #expect(Timestamp(rfc3339: Array(text.utf8).reversed().reversed()) == time)
    }

    @Test(arguments: [
        "", "2026-03-02", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00.00Z", "2026-03-02T10:00:00.0000Z", "2026-03-02t10:00:00.000Z",
        "2026-03-02T10:00:00.000z", "2026-03-02 10:00:00.000Z", "2026-02-29T10:00:00.000Z", "1900-02-29T10:00:00.000Z", "2026-13-02T10:00:00.000Z",
        "2026-00-02T10:00:00.000Z", "2026-03-00T10:00:00.000Z", "2026-04-31T10:00:00.000Z", "0000-01-01T00:00:00.000Z", "2026-03-02T24:00:00.000Z",
        "2026-03-02T10:60:00.000Z", "2026-03-02T23:59:60.000Z", "2026-03-02T10:00:00.-01Z", "+026-03-02T10:00:00.000Z", "2026-03-02T10:00:00.00éZ",
    ])
    func refusesAnyOtherForm(text: String) {
        #expect(Timestamp(rfc3339: text.utf8) == nil)
    }

    @Test func staysWithinItsRange() {
        let first = Timestamp(milliseconds: .min), last = Timestamp(milliseconds: .max)
        #expect(first.rfc3339 == "0001-01-01T00:00:00.000Z")
        #expect(last.rfc3339 == "9999-12-31T23:59:59.999Z")
        #expect(first.advanced(byMilliseconds: -1) == first)
        #expect(first.advanced(byMilliseconds: .min) == first)
        #expect(last.advanced(byMilliseconds: .max) == last)
        #expect(first.advanced(byMilliseconds: .max) == last)
        #expect(Timestamp(milliseconds: 5).advanced(byMilliseconds: -6) == Timestamp(milliseconds: -1))
        #expect(first < last && !(last < first))
    }

    @Test func readsBackWhateverItWrites() {
        // A step without a common factor with days or seconds, over all years.
        for milliseconds in stride(from: Timestamp.range.lowerBound, through: Timestamp.range.upperBound, by: 31_556_952_007 * 7) {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(rfc3339: time.rfc3339Bytes) == time)
        }
    }
}
