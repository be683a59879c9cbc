import FindingModel

/// A text of the configuration with `{{ name }}` where a finding's or a change's values stand; values only, no code.
///
/// What is put in is never looked at again, so that no vendor's text is taken for a template.
package struct RecordTemplate: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case text(String)
        case field(TemplateName)
    }

    private let parts: [Part]

    /// Reads a template with the names of `scope`; the error names what is not known.
    package init(_ text: String, scope: TemplateName.Scope = .finding) throws(TemplateError) {
        var parts: [Part] = []
        var rest = text.utf8[...]
        while let open = Self.index(of: UInt8(ascii: "{"), in: rest) {
            if open > rest.startIndex { parts.append(.text(String(decoding: rest[..<open], as: UTF8.self))) }
            let inside = rest[open...].dropFirst(2)
            guard let close = Self.index(of: UInt8(ascii: "}"), in: inside) else {
                throw TemplateError(message: "a '{{' has no '}}' after it", hint: "{{ title }}")
            }
            parts.append(.field(try Self.field(String(decoding: inside[..<close], as: UTF8.self), scope)))
            rest = inside[close...].dropFirst(2)
        }
        if !rest.isEmpty { parts.append(.text(String(decoding: rest, as: UTF8.self))) }
        if parts.count > 1, parts.contains(.field(.change(.record))) {
            throw TemplateError(message: "the whole record is a JSON object, and stands alone in its text", hint: "\"{{ record }}\"")
        }
        self.parts = parts
    }

    /// The text with these values; nothing when the template names some and none of them is there.
    func text(for values: some TemplateValues) -> String? {
        var text = ""
        var fields = 0, found = 0
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .field(let field):
                fields += 1
                guard let value = values.templateText(field), !value.utf8.isEmpty else { continue }
                found += 1
                text += value
            }
        }
        return fields > 0 && found == 0 ? nil : text
    }

    /// The only thing in the template, when that is the name of a number or an object.
    var valueName: TemplateName? {
        if parts.count == 1, case .field(let name) = parts[0], name.isValue { name } else { nil }
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

    private static func field(_ text: String, _ scope: TemplateName.Scope) throws(TemplateError) -> TemplateName {
        let blanks = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let trimmed = Array(text.utf8.drop(while: blanks).reversed().drop(while: blanks).reversed())
        let name = String(decoding: trimmed, as: UTF8.self)
        if let field = TemplateName(name, scope: scope) { return field }
        let known = TemplateName.known(in: scope).joined(separator: ", ")
        throw TemplateError(
            message: "a \(scope == .finding ? "finding" : "change") has no value '\(AnswerText.line(trimmed, limit: 60))' for templates",
            hint: "known: \(known)")
    }
}
