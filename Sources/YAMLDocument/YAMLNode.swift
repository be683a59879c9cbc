/// A value of a YAML document and where it stands; every scalar is text, so that `NO`, `on`, `~` and `10` are words.
package struct YAMLNode: Sendable {
    /// What a node holds; the keys of a mapping are scalars, each there once.
    package enum Content: Sendable {
        /// `quoted` tells `"~"` from `~`, and a block of text from a bare word.
        case scalar(String, quoted: Bool)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    package let content: Content

    package init(line: Int, column: Int, content: Content) {
        self.line = line
        self.column = column
        self.content = content
    }

    /// The text of a scalar.
    package var scalar: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }

    /// Whether the node is a scalar in quotes or a block of text.
    package var isQuoted: Bool {
        if case .scalar(_, let quoted) = content { quoted } else { false }
    }

    /// Whether nothing was written, or `~` or `null`: a key without a value.
    package var isEmpty: Bool {
        if case .scalar(let text, quoted: false) = content { text.isEmpty || text == "~" || text == "null" } else { false }
    }

    /// The elements of a sequence.
    package var items: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The members of a mapping in the order written.
    package var members: [(key: YAMLNode, value: YAMLNode)]? {
        if case .mapping(let members) = content { members } else { nil }
    }

    /// The value under `key`, when the node is a mapping that has it.
    package subscript(_ key: String) -> YAMLNode? {
        members?.first { $0.key.scalar == key }?.value
    }

    /// What the node is, for messages: `a word`, `a list`, `a mapping`, or `empty`.
    package var kindName: String {
        switch content {
        case .scalar(let text, quoted: false) where text.utf8.isEmpty: "empty"
        case .scalar: "a word"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
