internal import CCurl

/// The `Retry-After` header (RFC 9110 section 10.2.3): seconds, or an HTTP date.
package enum RetryAfter {
    /// The wait that `value` asks for, never negative; nothing when it is neither form.
    ///
    /// `now` is in seconds since 1970. Waits longer than a year are given as a year: nobody obeys them to the letter.
    package static func parse(_ value: String, now: Int64) -> Duration? {
        let bytes = Array(value.utf8.drop { $0 == 0x20 || $0 == 0x09 })
        let digits = bytes.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        if !digits.isEmpty {
            guard bytes.dropFirst(digits.count).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
            var seconds: Int64 = 0
            for digit in digits where seconds < longest { seconds = seconds * 10 + Int64(digit - UInt8(ascii: "0")) }
            return .seconds(min(seconds, longest))
        }
        guard bytes.first.map({ UInt8(ascii: "A") <= $0 }) == true, bytes.count <= 64 else { return nil }
        let date = Int64(curl_getdate(value, nil))
        guard date >= 0 else { return nil }
        let (wait, overflow) = date.subtractingReportingOverflow(now)
        return .seconds(overflow ? longest : min(max(wait, 0), longest))
    }

    private static let longest: Int64 = 366 * 86_400
}
