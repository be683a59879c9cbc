import FindingModel
import JSONDocument

extension Evaluator {
    /// What `body` makes of a value's text as UTF-8; nothing when the value has none.
    func withText<R>(of value: Value, _ body: (UnsafeRawBufferPointer) -> R?) -> R? {
        switch value.content {
        case .node(let node):
            return hasText(node) ? body(tape.text(node)) : nil
        case .text(var text):
            return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .constant(let number):
            var text = tables.constants[number].text
            return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .severity, .time, .duration:
            return nil
        }
    }

    /// A value as text; a number of whole value without fraction and exponent, so that `30.0` is `30`.
    func text(of value: Value) -> String? {
        if case .node(let node) = value.content { return text(of: node) }
        return withText(of: value) { String(decoding: $0, as: UTF8.self) }
    }

    func text(of node: Int) -> String? {
        guard hasText(node) else { return nil }
        let text = tape.text(node)
        if tape.kind(node) == .number, !text.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let whole = NumberReader.integer(utf8: text)
        {
            return String(whole)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The vendor's word behind a value, as it was written: what went into a map, or the value itself.
    func vendorWord(of value: Value) -> String? {
        if let entered = value.entered { return entered }
        switch (value.content, value.origin) {
        case (.node(let node), _): return hasText(node) ? tape.string(node) : nil
        case (_, .node(let node)) where value.wasMapped: return hasText(node) ? tape.string(node) : nil
        default: return text(of: value)
        }
    }

    /// Notes a word that no map and no closed set has.
    mutating func noteUnknownWord(_ value: Value) {
        let place = value.place >= 0 ? tables.places[value.place] : "$"
        drift.addWord(vendorWord(of: value) ?? "", at: place)
    }

    mutating func map(_ value: Value, _ number: Int, _ item: Int, _ take: Taker) -> Verdict {
        if value.isUnmatched { return take(&self, value) }
        guard let found = find(value, in: tables.maps[number].table) else { return .rejected }
        var mapped = value
        mapped.wasMapped = true
        if case .node = value.content {} else { mapped.entered = value.entered ?? text(of: value) }
        if let constant = found {
            if case .constant(let constant) = tables.expressions[constant] { mapped.content = .constant(constant) }
            return take(&self, mapped)
        }
        let otherwise = tables.maps[number].otherwise
        if tables.maps[number].fallsBackToPlainWords, let severity = withText(of: value, { PlainSeverity.read($0) }) {
            if otherwise == nil { noteUnknownWord(mapped) }
            return take(&self, mapped.replaced(by: .severity(severity)))
        }
        guard let otherwise else {
            mapped.isUnmatched = true
            return take(&self, mapped)
        }
        if case .constant(let constant) = tables.expressions[otherwise] { return take(&self, mapped.replaced(by: .constant(constant))) }
        switch evaluate(otherwise, item, take) {
        case .nothing: return .rejected
        case .some: return .more
        case .done: return .taken
        }
    }

    /// The value that a table has for a word or number; nothing inside when it has none, nothing at all for what is no word.
    private func find(_ value: Value, in table: WordTable) -> Int?? {
        if case .node(let node) = value.content, tape.kind(node) == .number { return .some(table.find(number: tape.text(node))) }
        return withText(of: value) { .some(table.find(ASCII.trimmed($0))) }
    }

    mutating func part(_ value: Value, _ pattern: Int, _ take: Taker) -> Verdict {
        if value.isUnmatched { return take(&self, value) }
        let part = withText(of: value) { text in
            tables.patterns[pattern].part(of: ASCII.trimmed(text)).flatMap { isNothing(text: $0) ? nil : String(decoding: $0, as: UTF8.self) }
        }
        guard let part else { return .rejected }
        return take(&self, value.replaced(by: .text(part)))
    }

    mutating func split(_ value: Value, _ separator: Int, _ take: Taker) -> Verdict {
        if value.isUnmatched { return take(&self, value) }
        let separator = Array(tables.texts[separator].utf8)
        budget.charge(withText(of: value) { $0.count } ?? 0)
        guard let pieces = withText(of: value, { pieces(of: $0, separator: separator) }) else { return .rejected }
        var verdict = Verdict.rejected
        for piece in pieces {
            switch take(&self, value.replaced(by: .text(piece))) {
            case .rejected, .skipped: break
            case .more: verdict = .more
            case .taken: return .taken
            case .ended: return .ended
            }
        }
        return verdict
    }

    mutating func normal(_ value: Value, _ form: NormalForm, _ take: Taker) -> Verdict {
        if value.isUnmatched { return take(&self, value) }
        guard let text = text(of: value) else { return .rejected }
        return take(&self, value.replaced(by: .text(form.text(of: text))))
    }

    private func pieces(of text: UnsafeRawBufferPointer, separator: [UInt8]) -> [String] {
        var pieces: [String] = []
        var start = 0
        func add(until end: Int) {
            let piece = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: text[start..<end]))
            if !isNothing(text: piece) { pieces.append(String(decoding: piece, as: UTF8.self)) }
        }
        var position = 0
        while position + separator.count <= text.count {
            if text[position] == separator[0], text[position..<position + separator.count].elementsEqual(separator) {
                add(until: position)
                position += separator.count
                start = position
            } else {
                position += 1
            }
        }
        add(until: text.count)
        return pieces
    }

    /// No scanner saw anything before the year 2000: 1970-01-01 and 0001-01-01 are how programs write that they have no time.
    private static let earliest = Timestamp(milliseconds: 946_684_800_000)

    /// A value as a moment; a value that a `time` step made is one already.
    func time(of value: Value, unit: TimeUnit?, dateOnlyIsEndOfDay: Bool) -> TimeReading? {
        if case .time(let time) = value.content { return time }
        let time = withText(of: value) { TimeReader.read(utf8: $0, unit: unit, zone: zone, dateOnlyIsEndOfDay: dateOnlyIsEndOfDay) }
        return time.flatMap { $0.latest < Self.earliest ? nil : $0 }
    }

    /// A value as a span of time in milliseconds; a value that a `duration` step made is one already.
    func duration(of value: Value, unit: DurationUnit?) -> Int64? {
        if case .duration(let duration) = value.content { return duration }
        return withText(of: value) { DurationReader.read(utf8: $0, unit: unit) }
    }

    /// Whether a node is neither container nor null.
    private func hasText(_ node: Int) -> Bool {
        switch tape.kind(node) {
        case .string, .number, .true, .false: true
        case .object, .array, .null: false
        }
    }
}
