/// What a configuration says under one key, before anyone knows what it means: every scalar is a word.
package indirect enum OptionValue: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: OptionValue

        package init(_ name: String, _ value: OptionValue) {
            self.name = name
            self.value = value
        }
    }

    case word(String)
    case list([OptionValue])
    /// Members in the order written, each name once.
    case mapping([Member])

    /// What it is, for messages.
    var kindName: String {
        switch self {
        case .word: "a word"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}
