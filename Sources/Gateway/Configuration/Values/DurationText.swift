/// Reads durations as people write them in a configuration: `30s`, `5m`, `400d`, `1h30m`, `500ms`.
package enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000),
    ]

    /// The longest duration that makes sense anywhere: 100 years.
    private static let limit: Int64 = 36_525 * 86_400_000

    /// Milliseconds, from 0 to 100 years; nothing for another text.
    ///
    /// Every number needs a unit.
    package static func milliseconds(_ text: String) -> Int64? {
        var rest = Array(text.utf8)[...]
        var total: Int64 = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            guard let (number, afterNumber) = DecimalText.prefix(rest) else { return nil }
            let letters = afterNumber.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            guard let unit = units.first(where: { Array($0.suffix.utf8) == Array(letters) }) else { return nil }
            let (product, tooLarge) = number.multipliedReportingOverflow(by: unit.milliseconds)
            guard !tooLarge, product <= limit, total <= limit - product else { return nil }
            total += product
            rest = afterNumber.dropFirst(letters.count)
        }
        return total
    }

    /// The shortest text that means `milliseconds`: `1h30m`.
    package static func text(_ milliseconds: Int64) -> String {
        var rest = max(milliseconds, 0)
        var text = ""
        for unit in units.reversed() where unit.suffix != "w" && rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.suffix)"
            rest %= unit.milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}
