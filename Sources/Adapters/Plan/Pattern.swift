/// A text with a part to take out: `Open * port: {}`, where `{}` is the part and `*` is anything.
///
/// The whole text must match, without regard to ASCII case. The literal pieces are found from left to right at their first places, so
/// that a match costs no more than a search.
struct Pattern: Sendable {
    private enum Wildcard: Sendable {
        case part, anything
    }

    /// In lower case, around the wildcards: one more than those.
    private var literals: [[UInt8]] = [[]]
    private var wildcards: [Wildcard] = []

    private init() {}

    /// The pattern that `text` spells, or why it spells none.
    static func parse(_ text: String) -> Result<Pattern, PathError> {
        var pattern = Pattern()
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            var wildcard: Wildcard?
            if bytes[position] == UInt8(ascii: "*") {
                wildcard = .anything
            } else if bytes[position] == UInt8(ascii: "{"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "}") {
                wildcard = .part
                position += 1
            }
            position += 1
            guard let wildcard else {
                pattern.literals[pattern.literals.count - 1].append(ASCII.lowercased(bytes[position - 1]))
                continue
            }
            if !pattern.wildcards.isEmpty, pattern.literals.last?.isEmpty == true {
                return .failure(PathError("nothing stands between two wildcards of the pattern '\(text)'"))
            }
            pattern.wildcards.append(wildcard)
            pattern.literals.append([])
        }
        guard pattern.wildcards.filter({ $0 == .part }).count == 1 else {
            return .failure(PathError("a pattern has exactly one {}", hint: "{} is the part to take, * is anything"))
        }
        return .success(pattern)
    }

    /// Where the part stands in `text`, without blanks around it; nothing when the text does not match.
    func part(of text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let last = literals.count - 1
        let end = text.count - literals[last].count
        guard end >= literals[0].count, ASCII.matches(literals[0], in: text, at: 0), ASCII.matches(literals[last], in: text, at: end) else { return nil }
        var position = literals[0].count
        var part: Range<Int>?
        for (index, wildcard) in wildcards.enumerated() {
            let start = position
            if index + 1 == last {
                position = end
            } else {
                guard let found = ASCII.find(literals[index + 1], in: text, from: position) else { return nil }
                position = found
            }
            guard start <= position, position <= end else { return nil }
            if wildcard == .part { part = start..<position }
            position += literals[index + 1].count
        }
        return part.map { ASCII.trimmed(UnsafeRawBufferPointer(rebasing: text[$0])) }
    }
}
