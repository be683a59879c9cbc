/// A moment in UTC: milliseconds since 1970-01-01T00:00:00Z, within the years 0001 to 9999.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    /// The earliest and the latest moment that RFC 3339 can write with a four-digit year.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// The moment, brought into `range`.
    package init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// This moment plus `milliseconds`, which may be negative; stops at the ends of `range`.
    package func advanced(byMilliseconds offset: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(offset)
        return Timestamp(milliseconds: overflow ? (offset > 0 ? .max : .min) : sum)
    }

    /// RFC 3339 in UTC with exactly three fraction digits: `2026-03-02T10:00:00.000Z`.
    package var rfc3339: String { String(decoding: rfc3339Bytes, as: UTF8.self) }

    /// `rfc3339` as ASCII bytes.
    package var rfc3339Bytes: [UInt8] {
        let (days, millisecondOfDay) = milliseconds.quotientAndRemainderFloored(dividingBy: 86_400_000)
        let date = CivilDate(daysSinceEpoch: days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func digits(_ value: Int64, _ width: Int) {
            var divisor: Int64 = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
                divisor /= 10
            }
        }
        digits(date.year, 4)
        text.append(UInt8(ascii: "-"))
        digits(date.month, 2)
        text.append(UInt8(ascii: "-"))
        digits(date.day, 2)
        text.append(UInt8(ascii: "T"))
        digits(millisecondOfDay / 3_600_000, 2)
        text.append(UInt8(ascii: ":"))
        digits(millisecondOfDay / 60_000 % 60, 2)
        text.append(UInt8(ascii: ":"))
        digits(millisecondOfDay / 1000 % 60, 2)
        text.append(UInt8(ascii: "."))
        digits(millisecondOfDay % 1000, 3)
        text.append(UInt8(ascii: "Z"))
        return text
    }

    /// Reads exactly the form that `rfc3339` writes; vendors' times are read by the adapters.
    package init?(rfc3339 text: some Collection<UInt8>) {
        let bytes = Array(text)
        guard bytes.count == 24 else { return nil }
        let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z")]
        for (position, separator) in separators where bytes[position] != separator.asciiValue { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let millisecond = number(20..<23),
            let days = CivilDate(year: year, month: month, day: day)?.daysSinceEpoch, hour < 24, minute < 60, second < 60
        else { return nil }
        self.init(milliseconds: days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond)
    }
}

extension Int64 {
    /// Quotient and remainder with the remainder never negative.
    fileprivate func quotientAndRemainderFloored(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
