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
    package var rfc3339: String { withRFC3339 { String(decoding: $0, as: UTF8.self) } }

    /// `rfc3339` as ASCII bytes.
    package var rfc3339Bytes: [UInt8] { withRFC3339 { Array($0) } }

    /// Hands the 24 ASCII bytes of `rfc3339` to `body`, for whose duration they are valid.
    package func withRFC3339<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        let (days, millisecondOfDay) = milliseconds.quotientAndRemainderFloored(dividingBy: 86_400_000)
        let date = CivilDate(daysSinceEpoch: days)
        return withUnsafeTemporaryAllocation(byteCount: 24, alignment: 1) { text in
            func put(_ value: Int64, _ range: Range<Int>, then separator: UInt8) {
                var rest = value
                for position in range.reversed() {
                    text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                    rest /= 10
                }
                text[range.upperBound] = separator
            }
            put(date.year, 0..<4, then: UInt8(ascii: "-"))
            put(date.month, 5..<7, then: UInt8(ascii: "-"))
            put(date.day, 8..<10, then: UInt8(ascii: "T"))
            put(millisecondOfDay / 3_600_000, 11..<13, then: UInt8(ascii: ":"))
            put(millisecondOfDay / 60_000 % 60, 14..<16, then: UInt8(ascii: ":"))
            put(millisecondOfDay / 1000 % 60, 17..<19, then: UInt8(ascii: "."))
            put(millisecondOfDay % 1000, 20..<23, then: UInt8(ascii: "Z"))
            return body(UnsafeRawBufferPointer(text))
        }
    }

    /// Reads exactly the form that `rfc3339` writes; vendors' times are read by the adapters.
    package init?(rfc3339 text: some Collection<UInt8>) {
        guard let moment = text.withContiguousStorageIfAvailable({ Self.read(UnsafeRawBufferPointer($0)) }) ?? Self.read(copying: text) else { return nil }
        self.init(milliseconds: moment)
    }

    private static func read(copying text: some Collection<UInt8>) -> Int64? { Array(text).withUnsafeBytes { read($0) } }

    private static func read(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count == 24, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "."), bytes[23] == UInt8(ascii: "Z")
        else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for position in range {
                let byte = bytes[position]
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let millisecond = number(20..<23),
            let days = CivilDate(year: year, month: month, day: day)?.daysSinceEpoch, hour < 24, minute < 60, second < 60
        else { return nil }
        return days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond
    }
}

extension Int64 {
    /// Quotient and remainder with the remainder never negative.
    fileprivate func quotientAndRemainderFloored(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
