/// Reads the members of a mapping, remembering what was asked for and everything that is wrong.
package struct OptionReader {
    package private(set) var issues: [OptionIssue] = []
    private let members: [OptionValue.Member]
    private let path: [OptionIssue.Step]
    private var known: [String] = []

    /// `path` is where `value` stands, for the issues.
    package init(_ value: OptionValue, path: [OptionIssue.Step] = []) {
        self.path = path
        if case .mapping(let members) = value {
            self.members = members
        } else {
            members = []
            issues.append(OptionIssue(path: path, message: "a mapping is needed here, not \(value.kindName)"))
        }
    }

    /// The value under `name`, whatever it is.
    package mutating func value(_ name: String) -> OptionValue? {
        known.append(name)
        return members.first { $0.name == name }?.value
    }

    package mutating func word(_ name: String) -> String? {
        switch value(name) {
        case nil: return nil
        case .word(let word) where !word.isEmpty: return word
        case .word: refuse(name, "'\(name)' is empty")
        case let other?: refuse(name, "'\(name)' is one word, not \(other.kindName)")
        }
        return nil
    }

    package mutating func requiredWord(_ name: String) -> String? {
        if !members.contains(where: { $0.name == name }) { refuseWhole("'\(name)' is missing") }
        return word(name)
    }

    /// One word or a list of words; never an empty list.
    package mutating func words(_ name: String) -> [String]? {
        switch value(name) {
        case nil: return nil
        case .word(let word) where !word.isEmpty: return [word]
        case .word: refuse(name, "'\(name)' is empty")
        case .list(let elements):
            if elements.isEmpty { refuse(name, "'\(name)' is an empty list") }
            var words: [String] = []
            for (index, element) in elements.enumerated() {
                if case .word(let word) = element, !word.isEmpty {
                    words.append(word)
                } else {
                    issues.append(OptionIssue(path: path + [.member(name), .element(index)], message: "'\(name)' is a list of words"))
                }
            }
            return words.isEmpty ? nil : words
        case .mapping: refuse(name, "'\(name)' is a word or a list of words, not a mapping")
        }
        return nil
    }

    package mutating func flag(_ name: String) -> Bool? {
        guard let word = word(name) else { return nil }
        switch word {
        case "true": return true
        case "false": return false
        default:
            refuse(name, "'\(name)' is true or false", knownWords: ["true", "false"])
            return nil
        }
    }

    package mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let word = word(name) else { return nil }
        guard let value = Self.digits(word), range.contains(value) else {
            refuse(name, "'\(name)' is a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// `500ms`, `30s`, `5m`, `2h`.
    package mutating func duration(_ name: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let word = word(name) else { return nil }
        let units: [(String, Duration)] = [("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600))]
        guard let (amount, unit) = Self.amount(word, units), amount <= 1_000_000_000, range.contains(unit * amount) else {
            refuse(name, "'\(name)' is a time like 500ms, 30s or 5m, from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return unit * amount
    }

    /// `4096`, `64KiB`, `4MiB`, `1GiB`, `2TiB`.
    package mutating func byteSize(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let word = word(name) else { return nil }
        let units: [(String, Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("", 1)]
        guard let (amount, unit) = Self.amount(word, units), case let (size, overflow) = amount.multipliedReportingOverflow(by: unit), !overflow,
            range.contains(size)
        else {
            refuse(name, "'\(name)' is a size like 512KiB, 4MiB or 1GiB, from \(range.lowerBound) to \(range.upperBound) bytes")
            return nil
        }
        return size
    }

    /// Adds an issue about the value under `name`, or about one element of its list.
    package mutating func refuse(_ name: String, element: Int? = nil, _ message: String, knownWords: [String] = []) {
        let steps = [OptionIssue.Step.member(name)] + (element.map { [.element($0)] } ?? [])
        issues.append(OptionIssue(path: path + steps, message: message, knownWords: knownWords))
    }

    /// Adds an issue about the mapping.
    package mutating func refuseWhole(_ message: String) { issues.append(OptionIssue(path: path, message: message)) }

    package mutating func add(_ others: [OptionIssue]) { issues += others }

    /// Adds an issue for each member that nobody asked for, and throws if there is any issue.
    package mutating func finish() throws(OptionIssues) {
        for member in members where !known.contains(member.name) {
            let step = OptionIssue.Step.member(member.name)
            issues.append(OptionIssue(path: path + [step], isAboutName: true, message: "unknown key '\(member.name)'", knownWords: known))
        }
        guard issues.isEmpty else { throw OptionIssues(issues) }
    }

    private static func amount<Unit>(_ word: String, _ units: [(String, Unit)]) -> (Int, Unit)? {
        for (suffix, unit) in units where word.utf8.count > suffix.utf8.count && word.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) {
            if let amount = digits(String(decoding: word.utf8.dropLast(suffix.utf8.count), as: UTF8.self)) { return (amount, unit) }
        }
        return nil
    }

    private static func digits(_ word: String) -> Int? {
        guard !word.isEmpty, word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(word)
    }
}
