import FindingModel

/// A text of the configuration with `{{ name }}` where a finding's values stand; values only, no code.
///
/// What is put in is never looked at again, so that no vendor's text is taken for a template.
package struct RecordTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case field(TemplateField)
    }

    private let parts: [Part]

    /// Reads a template; the error names what is not known.
    package init(_ text: String) throws(TemplateError) {
        var parts: [Part] = []
        var rest = text.utf8[...]
        while let open = Self.index(of: UInt8(ascii: "{"), in: rest) {
            if open > rest.startIndex { parts.append(.text(String(decoding: rest[..<open], as: UTF8.self))) }
            let inside = rest[open...].dropFirst(2)
            guard let close = Self.index(of: UInt8(ascii: "}"), in: inside) else {
                throw TemplateError(message: "a '{{' has no '}}' after it", hint: "{{ title }}")
            }
            parts.append(.field(try Self.field(String(decoding: inside[..<close], as: UTF8.self))))
            rest = inside[close...].dropFirst(2)
        }
        if !rest.isEmpty { parts.append(.text(String(decoding: rest, as: UTF8.self))) }
        self.parts = parts
    }

    /// The text for a finding; nothing when the template names values and the finding has none of them.
    package func text(for finding: Finding) -> String? {
        var text = ""
        var fields = 0, found = 0
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .field(let field):
                fields += 1
                guard let value = field.value(of: finding), !value.utf8.isEmpty else { continue }
                found += 1
                text += value
            }
        }
        return fields > 0 && found == 0 ? nil : text
    }

    /// The only thing in the template, when that is a number's name.
    var numberField: TemplateField? {
        if parts.count == 1, case .field(let field) = parts[0], field.isNumber { field } else { nil }
    }

    /// The template's text, when it names no value.
    package var constant: String? {
        parts.reduce("" as String?) { text, part in
            guard let text, case .text(let piece) = part else { return nil }
            return text + piece
        }
    }

    /// Where two of `brace` stand beside each other.
    private static func index(of brace: UInt8, in text: Substring.UTF8View) -> String.Index? {
        text.indices.first { text[$0...].starts(with: [brace, brace]) }
    }

    private static func field(_ text: String) throws(TemplateError) -> TemplateField {
        let blanks = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let trimmed = Array(text.utf8.drop(while: blanks).reversed().drop(while: blanks).reversed())
        let name = String(decoding: trimmed, as: UTF8.self)
        if let field = TemplateField(rawValue: name) { return field }
        let known = TemplateField.allCases.map(\.rawValue).sorted().joined(separator: ", ")
        throw TemplateError(message: "a finding has no value '\(AnswerText.line(trimmed, limit: 60))' for templates", hint: "known: \(known)")
    }
}
