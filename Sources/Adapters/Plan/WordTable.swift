/// Words with a value each, found without regard to ASCII case; numbers are found by value, so that `30.0` finds `30`.
struct WordTable: Sendable {
    private struct Entry: Sendable {
        var start: Int
        var count: Int
        var value: Int
    }

    /// The words in lower case, one after another.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// The words that are numbers, in their one spelling.
    private var numbers: [(spelling: String, value: Int)] = []

    init() {}

    /// A table in which each word has its position as its value.
    init(_ words: [String]) {
        for (position, word) in words.enumerated() { _ = insert(word, value: position) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Adds `word`; false when an equal word is there already.
    mutating func insert(_ word: String, value: Int) -> Bool {
        var word = word
        guard word.withUTF8({ find(UnsafeRawBufferPointer($0)) }) == nil else { return false }
        let number = NumberReader.canonical(word)
        if let number {
            if numbers.contains(where: { $0.spelling == number }) { return false }
            numbers.append((number, value))
        }
        let start = bytes.count
        bytes += word.utf8.map(ASCII.lowercased)
        entries.append(Entry(start: start, count: bytes.count - start, value: value))
        return true
    }

    /// The value of the word that `text`, UTF-8 without blanks around it, is.
    func find(_ text: UnsafeRawBufferPointer) -> Int? {
        bytes.withUnsafeBufferPointer { words in
            for entry in entries where entry.count == text.count {
                var position = 0
                while position < entry.count, words[entry.start + position] == ASCII.lowercased(text[position]) { position += 1 }
                if position == entry.count { return entry.value }
            }
            return nil
        }
    }

    /// The value of the word that the JSON number `text` is, or that is a number of the same value.
    func find(number text: UnsafeRawBufferPointer) -> Int? {
        if let value = find(text) { return value }
        guard !numbers.isEmpty, let spelling = NumberReader.canonical(utf8: text) else { return nil }
        return numbers.first { $0.spelling == spelling }?.value
    }
}
