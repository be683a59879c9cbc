/// Reads rates: `200/s`, `50/h`, or a number alone, which is per second.
package enum RateText {
    private static let units: [(suffix: String, seconds: Double)] = [("", 1), ("/s", 1), ("/m", 60), ("/min", 60), ("/h", 3600), ("/d", 86_400)]

    /// Times per second, more than 0 and at most a million; nothing for another text.
    package static func perSecond(_ text: String) -> Double? {
        guard let (number, rest) = DecimalText.prefix(Array(text.utf8)[...]), number > 0,
            let unit = units.first(where: { Array($0.suffix.utf8) == Array(rest) })
        else { return nil }
        let rate = Double(number) / unit.seconds
        return rate <= 1_000_000 ? rate : nil
    }
}
