/// What was meant by a number whose unit is missing or written out.
package struct UnitHint {
    /// What may have been meant.
    private let forms: [String]
    private var isMissing = false

    private init(forms: [String], isMissing: Bool = false) {
        self.forms = forms
        self.isMissing = isMissing
    }

    private static let durations: [(unit: String, words: [String])] = [
        ("ms", ["millisecond", "milliseconds", "msec"]), ("s", ["sec", "secs", "second", "seconds"]), ("m", ["min", "mins", "minute", "minutes"]),
        ("h", ["hr", "hrs", "hour", "hours"]), ("d", ["day", "days"]), ("w", ["wk", "week", "weeks"]),
    ]

    /// Units that durations do not have, as days.
    private static let days: [(days: Int, words: [String])] = [(30, ["mo", "mon", "month", "months"]), (365, ["y", "yr", "yrs", "year", "years"])]

    /// For a duration: `7days` is `7d`.
    package static func duration(_ text: String) -> UnitHint? {
        guard let (number, word) = parts(text) else { return nil }
        if word.isEmpty { return UnitHint(forms: ["s", "m", "h", "d"].map { number + $0 }, isMissing: true) }
        if let longer = days.first(where: { $0.words.contains(word) }), let count = Int(number), count <= 1000 {
            return UnitHint(forms: ["\(count * longer.days)d"])
        }
        return durations.first { $0.words.contains(word) }.map { UnitHint(forms: ["\(number)\($0.unit)"]) }
    }

    /// For a size in bytes: `16MB` is `16MiB`.
    package static func size(_ text: String) -> UnitHint? {
        guard let (number, word) = parts(text) else { return nil }
        if word.isEmpty { return UnitHint(forms: ["KiB", "MiB", "GiB"].map { number + $0 }, isMissing: true) }
        return ["k": "KiB", "m": "MiB", "g": "GiB"][word.prefix(1).description].map { UnitHint(forms: ["\(number)\($0)"]) }
    }

    /// The hint, of what `isTaken` takes; nothing where that is nothing.
    package func words(_ isTaken: (String) -> Bool) -> String? {
        let taken = forms.filter(isTaken)
        guard let last = taken.last else { return nil }
        guard isMissing else { return "did you mean '\(last)'?" }
        return "a unit is missing: " + (taken.count > 1 ? taken.dropLast().joined(separator: ", ") + " or " : "") + last
    }

    /// Digits, and the letters behind them in lower case.
    private static func parts(_ text: String) -> (number: String, word: String)? {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let word = text[number.endIndex...].drop { $0 == " " }
        guard !number.isEmpty, word.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        return (String(number), word.lowercased())
    }
}
