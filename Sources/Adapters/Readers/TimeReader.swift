import FindingModel

/// Reads moments: ISO 8601 with 0 to 9 fraction digits and a zone or none, `2024-11-05 02:00`, a date alone, and counts since 1970.
package enum TimeReader {
    /// - Parameters:
    ///   - text: what the vendor wrote, blanks around it ignored.
    ///   - unit: what a bare number counts; without it a bare number is no time.
    ///   - zone: the zone of a text that names none.
    ///   - dateOnlyIsEndOfDay: whether a date alone means the end of that day (a due date) and not its beginning.
    /// - Returns: nothing when the text is no moment of the years 1 to 9999.
    package static func read(_ text: String, unit: TimeUnit?, zone: TimeZoneRules, dateOnlyIsEndOfDay: Bool) -> TimeReading? {
        text.withBytes { read(utf8: $0, unit: unit, zone: zone, dateOnlyIsEndOfDay: dateOnlyIsEndOfDay) }
    }

    /// `read` over UTF-8 bytes.
    package static func read(utf8 bytes: UnsafeRawBufferPointer, unit: TimeUnit?, zone: TimeZoneRules, dateOnlyIsEndOfDay: Bool) -> TimeReading? {
        var scanner = ByteScanner(trimming: bytes)
        if let unit, let reading = epoch(scanner, unit: unit) { return reading }
        guard let day = date(&scanner) else { return nil }
        if scanner.isAtEnd {
            guard let start = moment(local: day, in: .unnamed, rules: zone) else { return nil }
            // The year 9999 has no day after its last one.
            let end = moment(local: day + millisecondsOfDay, in: .unnamed, rules: zone)
            let last = end?.advanced(byMilliseconds: -1) ?? Timestamp(milliseconds: Timestamp.range.upperBound)
            return TimeReading(time: dateOnlyIsEndOfDay ? last : start, latest: last)
        }
        guard scanner.skip("T") || scanner.skip("t") || scanner.next?.isBlank == true else { return nil }
        scanner.skipBlanks()
        guard let clock = clockTime(&scanner) else { return nil }
        scanner.skipBlanks()
        guard let named = Self.zone(&scanner), scanner.isAtEnd, let time = moment(local: day + clock.milliseconds, in: named, rules: zone) else { return nil }
        return TimeReading(time: time, latest: time.advanced(byMilliseconds: clock.span - 1))
    }

    private static let millisecondsOfDay: Int64 = 86_400_000

    /// A count since 1970, with a fraction perhaps.
    private static func epoch(_ start: ByteScanner, unit: TimeUnit) -> TimeReading? {
        var scanner = start
        let isNegative = scanner.skip("-")
        guard let whole = scanner.number(upTo: 18) else { return nil }
        var milliseconds = whole, span: Int64 = 1
        if unit == .seconds {
            guard whole <= Timestamp.range.upperBound / 1000 else { return nil }
            guard let fraction = fraction(&scanner) else { return nil }
            milliseconds = whole * 1000 + fraction.milliseconds
            span = fraction.span
        } else if scanner.skip(".") {
            guard scanner.next?.isDigit == true else { return nil }
            while scanner.next?.isDigit == true { scanner.advance() }
        }
        guard scanner.isAtEnd else { return nil }
        if isNegative { milliseconds = -milliseconds }
        guard Timestamp.range.contains(milliseconds) else { return nil }
        let time = Timestamp(milliseconds: milliseconds)
        return TimeReading(time: time, latest: time.advanced(byMilliseconds: span - 1))
    }

    /// `YYYY-MM-DD`: milliseconds from 1970-01-01 00:00 to its beginning, both in the same zone.
    private static func date(_ scanner: inout ByteScanner) -> Int64? {
        guard let year = scanner.number(digits: 4), scanner.skip("-"), let month = scanner.number(digits: 2), scanner.skip("-"),
            let day = scanner.number(digits: 2), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        return date.daysSinceEpoch * millisecondsOfDay
    }

    /// `HH:MM[:SS[.fraction]]`: milliseconds of the day, and how many the text can stand for.
    private static func clockTime(_ scanner: inout ByteScanner) -> (milliseconds: Int64, span: Int64)? {
        guard let hour = scanner.number(digits: 2), scanner.skip(":"), let minute = scanner.number(digits: 2), minute < 60 else { return nil }
        var milliseconds = hour * 3_600_000 + minute * 60_000, span: Int64 = 60_000
        if scanner.skip(":") {
            // 60 is a leap second, which runs into the next minute here.
            guard let second = scanner.number(digits: 2), second <= 60, let fraction = fraction(&scanner) else { return nil }
            milliseconds += second * 1000 + fraction.milliseconds
            span = fraction.span
        }
        // 24:00 is the end of the day (ISO 8601-1:2019 section 4.3.8).
        guard hour < 24 || milliseconds == millisecondsOfDay else { return nil }
        return (milliseconds, span)
    }

    /// A point or comma and up to nine digits, more are no time; whole seconds without one.
    private static func fraction(_ scanner: inout ByteScanner) -> (milliseconds: Int64, span: Int64)? {
        guard scanner.skip(".") || scanner.skip(",") else { return (0, 1000) }
        var milliseconds: Int64 = 0, span: Int64 = 1000, count = 0
        while let digit = scanner.next?.digitValue {
            count += 1
            guard count <= 9 else { return nil }
            if span > 1 {
                span /= 10
                milliseconds += digit * span
            }
            scanner.advance()
        }
        return count > 0 ? (milliseconds, span) : nil
    }

    /// What a text says about its zone.
    private enum Zone {
        case unnamed
        /// Milliseconds east of UTC.
        case offset(Int64)
    }

    /// `Z`, `UTC`, `GMT`, `+02:00`, `+0200`, `+02`, or the end of the text.
    private static func zone(_ scanner: inout ByteScanner) -> Zone? {
        if scanner.isAtEnd { return .unnamed }
        if scanner.skip(word: "Z") || scanner.skip(word: "UTC") || scanner.skip(word: "GMT") { return .offset(0) }
        let isWest = scanner.skip("-")
        guard isWest || scanner.skip("+"), let hours = scanner.number(digits: 2) else { return nil }
        var minutes: Int64 = 0
        if !scanner.isAtEnd {
            _ = scanner.skip(":")
            guard let read = scanner.number(digits: 2) else { return nil }
            minutes = read
        }
        guard hours < 24, minutes < 60 else { return nil }
        let east = hours * 3_600_000 + minutes * 60_000
        return .offset(isWest ? -east : east)
    }

    /// The moment at which clocks of the text's zone, or else of `rules`, show `local`.
    private static func moment(local: Int64, in zone: Zone, rules: TimeZoneRules) -> Timestamp? {
        let milliseconds =
            switch zone {
            case .unnamed: rules.moment(local: local)
            case .offset(let east): local - east
            }
        return Timestamp.range.contains(milliseconds) ? Timestamp(milliseconds: milliseconds) : nil
    }
}
