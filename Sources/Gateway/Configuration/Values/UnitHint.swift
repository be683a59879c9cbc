/// What was meant by a number whose unit is missing or written out.
package enum UnitHint {
    private static let durations: [(unit: String, words: [String])] = [
        ("ms", ["millisecond", "milliseconds", "msec"]), ("s", ["sec", "secs", "second", "seconds"]), ("m", ["min", "mins", "minute", "minutes"]),
        ("h", ["hr", "hrs", "hour", "hours"]), ("d", ["day", "days"]), ("w", ["wk", "week", "weeks"]),
    ]

    /// Units that durations do not have, as days.
    private static let days: [(days: Int, words: [String])] = [(30, ["mo", "mon", "month", "months"]), (365, ["y", "yr", "yrs", "year", "years"])]

    /// For a duration: `7days` is `7d`.
    package static func duration(_ text: String) -> String? {
        guard let (number, word) = parts(text) else { return nil }
        if word.isEmpty { return "a unit is missing: \(number)s, \(number)m, \(number)h or \(number)d" }
        if let longer = days.first(where: { $0.words.contains(word) }), let count = Int(number), count <= 1000 {
            return "did you mean '\(count * longer.days)d'?"
        }
        return durations.first { $0.words.contains(word) }.map { "did you mean '\(number)\($0.unit)'?" }
    }

    /// For a size in bytes: `16MB` is `16MiB`.
    package static func size(_ text: String) -> String? {
        guard let (number, word) = parts(text) else { return nil }
        if word.isEmpty { return "a unit is missing: \(number)KiB, \(number)MiB or \(number)GiB" }
        return ["k": "KiB", "m": "MiB", "g": "GiB"][word.prefix(1).description].map { "did you mean '\(number)\($0)'?" }
    }

    /// Digits, and the letters behind them in lower case.
    private static func parts(_ text: String) -> (number: String, word: String)? {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let word = text[number.endIndex...].drop { $0 == " " }
        guard !number.isEmpty, word.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        return (String(number), word.lowercased())
    }
}
