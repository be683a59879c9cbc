/// Reads spans of time, in whole milliseconds, truncated; a negative one is not read.
package enum DurationReader {
    /// A number in `unit`; or, also without a unit, a span as clocks and programs write it.
    ///
    /// `01:41` (hours and minutes), `0:57:00`, `1 day, 0:35:00` (Python's `timedelta`), `PT5M` (ISO 8601). A number without a
    /// unit says nothing.
    package static func read(_ text: String, unit: DurationUnit?) -> Int64? { text.withBytes { read(utf8: $0, unit: unit) } }

    /// `read` over UTF-8 bytes.
    package static func read(utf8 bytes: UnsafeRawBufferPointer, unit: DurationUnit?) -> Int64? {
        let scanner = ByteScanner(trimming: bytes)
        if let unit, let value = quantity(scanner, unit: unit.milliseconds) { return value }
        return iso(scanner) ?? clock(scanner)
    }

    /// A number and nothing else.
    private static func quantity(_ start: ByteScanner, unit: Int64) -> Int64? {
        var scanner = start
        guard let value = term(&scanner, unit: unit), scanner.isAtEnd else { return nil }
        return value
    }

    /// Reads `[N day[s],] H:MM[:SS[.fraction]]`.
    private static func clock(_ start: ByteScanner) -> Int64? {
        var scanner = start, days: Int64 = 0
        var ahead = scanner
        if let count = ahead.number(upTo: 7), ahead.next?.isBlank == true {
            ahead.skipBlanks()
            guard ahead.skip(word: "day") else { return nil }
            _ = ahead.skip(word: "s")
            _ = ahead.skip(",")
            ahead.skipBlanks()
            days = count
            scanner = ahead
            if scanner.isAtEnd { return days * 86_400_000 }
        }
        guard let hours = scanner.number(upTo: 7), scanner.skip(":"), let minutes = scanner.number(digits: 2), minutes < 60 else { return nil }
        var total = days * 86_400_000 + hours * 3_600_000 + minutes * 60_000
        if scanner.skip(":") {
            guard let seconds = term(&scanner, unit: 1000), seconds < 60_000 else { return nil }
            total += seconds
        }
        return scanner.isAtEnd ? total : nil
    }

    /// `P[nW][nD][T[nH][nM][nS]]`; years and months have no fixed length and are not read.
    private static func iso(_ start: ByteScanner) -> Int64? {
        var scanner = start
        guard scanner.skip("P") || scanner.skip("p") else { return nil }
        var total: Int64 = 0, terms = 0, inTime = false
        while !scanner.isAtEnd {
            if !inTime, scanner.skip("T") || scanner.skip("t") {
                inTime = true
                continue
            }
            var ahead = scanner
            guard term(&ahead, unit: 1) != nil, let letter = ahead.next, let unit = isoUnit(letter.uppercasedASCII, inTime: inTime),
                let value = term(&scanner, unit: unit)
            else { return nil }
            scanner.advance()
            let (sum, overflow) = total.addingReportingOverflow(value)
            guard !overflow else { return nil }
            total = sum
            terms += 1
        }
        return terms > 0 ? total : nil
    }

    private static func isoUnit(_ letter: UInt8, inTime: Bool) -> Int64? {
        switch (letter, inTime) {
        case (UInt8(ascii: "W"), false): 604_800_000
        case (UInt8(ascii: "D"), false): 86_400_000
        case (UInt8(ascii: "H"), true): 3_600_000
        case (UInt8(ascii: "M"), true): 60_000
        case (UInt8(ascii: "S"), true): 1000
        default: nil
        }
    }

    /// Digits, with a fraction perhaps, times `unit`, truncated.
    private static func term(_ scanner: inout ByteScanner, unit: Int64) -> Int64? {
        guard let whole = scanner.number(upTo: 15) else { return nil }
        var (total, overflow) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow else { return nil }
        if scanner.next == UInt8(ascii: ".") || scanner.next == UInt8(ascii: ",") {
            guard let first = scanner.peek(1), first.isDigit else { return nil }
            scanner.advance()
            // Nine places are enough for a millisecond of a week; the rest only has to be digits.
            var numerator: Int64 = 0, denominator: Int64 = 1
            while let digit = scanner.next?.digitValue {
                if denominator < 1_000_000_000 {
                    numerator = numerator * 10 + digit
                    denominator *= 10
                }
                scanner.advance()
            }
            (total, overflow) = total.addingReportingOverflow(numerator * unit / denominator)
            guard !overflow else { return nil }
        }
        return total
    }
}
