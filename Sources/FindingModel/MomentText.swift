/// Reads moments as people write them and as tables print them: RFC 3339 with or without a fraction, in UTC or with an offset, with a `T` or a blank
/// between day and time; or a day, which means its first moment in UTC.
package enum MomentText {
    /// What it reads, for those who wrote something else.
    package static let forms = "2026-03-02, 2026-03-02T10:00:00Z or 2026-03-02T12:00:00+02:00"

    /// The moment; nothing for another text.
    ///
    /// Fraction digits after the third are cut.
    package static func timestamp(_ text: String) -> Timestamp? {
        var bytes = Array(text.utf8)
        if bytes.count == 10 { bytes += Array("T00:00:00Z".utf8) }
        guard bytes.count >= 20, "Tt ".utf8.contains(bytes[10]) else { return nil }
        var rest = bytes[19...]
        var digits: [UInt8] = []
        if rest.first == UInt8(ascii: ".") {
            digits = Array(rest.dropFirst().prefix { isDigit($0) })
            guard (1...9).contains(digits.count) else { return nil }
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = minutes(ofZone: Array(rest)) else { return nil }
        let day = bytes[..<10] + [UInt8(ascii: "T")] + bytes[11..<19] + [UInt8(ascii: ".")]
        guard let local = Timestamp(rfc3339: day + (digits + Array("000".utf8)).prefix(3) + [UInt8(ascii: "Z")]) else { return nil }
        return local.advanced(byMilliseconds: -offset * 60_000)
    }

    /// Minutes that a zone, `Z` or `+02:00`, is ahead of UTC.
    private static func minutes(ofZone zone: [UInt8]) -> Int64? {
        if zone == Array("Z".utf8) || zone == Array("z".utf8) { return 0 }
        guard zone.count == 6, "+-".utf8.contains(zone[0]), zone[3] == UInt8(ascii: ":") else { return nil }
        guard let hours = number(zone[1...2]), let minutes = number(zone[4...5]), hours < 24, minutes < 60 else { return nil }
        return (zone[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        digits.allSatisfy { isDigit($0) } ? digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) } : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
