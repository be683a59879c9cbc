import FindingModel
import JSONDocument

extension Evaluator {
    /// The first candidate that `read` makes something of.
    mutating func first<R>(_ id: ExpressionID?, _ item: Int, _ read: (borrowing Evaluator, Value) -> R?) -> R? {
        guard let id else { return nil }
        var result: R?
        _ = evaluate(id, item) { evaluator, value in
            if value.isUnmatched {
                evaluator.noteUnknownWord(value)
                return .ended
            }
            guard let read = read(evaluator, value) else { return .rejected }
            result = read
            evaluator.use(value)
            return .taken
        }
        return result
    }

    /// Every candidate that `read` makes something of.
    mutating func each<R>(_ id: ExpressionID?, _ item: Int, _ read: (borrowing Evaluator, Value) -> R?) -> [R] {
        guard let id else { return [] }
        var results: [R] = []
        _ = evaluate(id, item) { evaluator, value in
            if value.isUnmatched {
                evaluator.noteUnknownWord(value)
                return .skipped
            }
            guard let read = read(evaluator, value) else { return .rejected }
            results.append(read)
            evaluator.use(value)
            return .more
        }
        return results
    }

    mutating func text(_ id: ExpressionID?, _ item: Int) -> String? { first(id, item) { $0.text(of: $1) } }

    /// Every text, also one that is there twice.
    mutating func texts(_ id: ExpressionID?, _ item: Int) -> [String] { each(id, item) { $0.text(of: $1) } }

    /// Every text once, in the order of first appearance.
    mutating func set(_ id: ExpressionID?, _ item: Int) -> [String] { texts(id, item).withoutRepetitions() }

    /// What `read` makes of the first text that it can read.
    mutating func read<R>(_ id: ExpressionID?, _ item: Int, _ read: (UnsafeRawBufferPointer) -> R?) -> R? {
        first(id, item) { evaluator, value in evaluator.withText(of: value, read) }
    }

    mutating func integer(_ id: ExpressionID?, _ item: Int, in range: ClosedRange<Int64> = 0...Int64.max) -> Int64? {
        read(id, item) { text in NumberReader.integer(utf8: text).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func time(_ id: ExpressionID?, _ item: Int, dateOnlyIsEndOfDay: Bool = false) -> TimeReading? {
        first(id, item) { $0.time(of: $1, unit: nil, dateOnlyIsEndOfDay: dateOnlyIsEndOfDay) }
    }

    mutating func duration(_ id: ExpressionID?, _ item: Int) -> Int64? { first(id, item) { $0.duration(of: $1, unit: nil) } }

    /// A key, and whether it is the vendor's own id rather than one made of several parts.
    mutating func key(_ id: ExpressionID?, _ item: Int) -> (text: String, isPlain: Bool)? {
        first(id, item) { evaluator, value in evaluator.text(of: value).map { ($0, !value.isComposed) } }
    }

    /// A severity and the vendor's word for it; nothing when the vendor said nothing.
    mutating func severity(_ id: ExpressionID?, _ item: Int) -> (severity: Severity, word: String?)? {
        closedSet(id, item) { evaluator, value in
            switch value.content {
            case .severity(let severity): severity
            case .constant(let number): Severity(rawValue: UInt8(truncatingIfNeeded: evaluator.tables.constants[number].code))
            default: evaluator.withText(of: value) { PlainSeverity.read($0) }
            }
        }.map { ($0.value ?? .unknown, $0.word) }
    }

    /// A finding's status and the vendor's word for it; nothing when the vendor said nothing.
    mutating func findingStatus(_ id: ExpressionID?, _ item: Int) -> (status: FindingStatus, word: String?)? {
        closedSet(id, item) { $0.word($1, of: FindingStatus.allCases, in: Self.findingStatuses) }.map { ($0.value ?? .unknown, $0.word) }
    }

    /// A scan's status; nothing when the vendor said nothing.
    mutating func scanStatus(_ id: ExpressionID?, _ item: Int) -> ScanStatus? {
        closedSet(id, item) { $0.word($1, of: ScanStatus.allCases, in: Self.scanStatuses) }.map { $0.value ?? .unknown }
    }

    private static let findingStatuses = WordTable(FindingStatus.allCases.map(\.word))
    private static let scanStatuses = WordTable(ScanStatus.allCases.map(\.word))

    private func word<W>(_ value: Value, of words: [W], in table: WordTable) -> W? {
        if case .constant(let number) = value.content {
            let code = tables.constants[number].code
            return words.indices.contains(code) ? words[code] : nil
        }
        return withText(of: value) { table.find(ASCII.trimmed($0)) }.map { words[$0] }
    }

    /// The first candidate that is a word at all: its value in the closed set, or none and drift, and the vendor's word.
    private mutating func closedSet<W>(
        _ id: ExpressionID?, _ item: Int, _ read: (borrowing Evaluator, Value) -> W?
    ) -> (value: W?, word: String?)? {
        guard let id else { return nil }
        var result: (value: W?, word: String?)?
        _ = evaluate(id, item) { evaluator, value in
            let read = value.isUnmatched ? nil : read(evaluator, value)
            var word: String?
            if case .constant = value.content, !value.wasMapped {
                word = nil
            } else {
                word = evaluator.vendorWord(of: value)
                guard word != nil else { return .rejected }
            }
            if read == nil { evaluator.noteUnknownWord(value) }
            evaluator.use(value)
            result = (read, word)
            return read == nil ? .ended : .taken
        }
        return result
    }
}

extension [String] {
    /// Each text once, in the order of first appearance.
    func withoutRepetitions() -> [String] {
        guard count > 1 else { return self }
        if count <= 8 {
            var unique: [String] = []
            for text in self where !unique.contains(text) { unique.append(text) }
            return unique
        }
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
