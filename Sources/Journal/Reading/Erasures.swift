import Digests

/// An entry as the list of erasures names it: its number alone would name another after a restore, or with one turned bit.
struct EntryMark: Hashable, Sendable {
    let number: UInt64
    /// The first 8 bytes of SHA-256 over the entry's head as it stands in its batch, big-endian.
    let head: UInt64

    init(number: UInt64, head: UInt64) { (self.number, self.head) = (number, head) }

    /// Reads `N HHHHHHHHHHHHHHHH`; nothing where it does not stand there as `text` writes it.
    init?(_ text: ArraySlice<UInt8>) {
        let words = text.split(separator: UInt8(ascii: " "))
        guard words.count == 2, let number = UInt64(String(decoding: words[0], as: UTF8.self)),
            let head = UInt64(String(decoding: words[1], as: UTF8.self), radix: 16)
        else { return nil }
        self.init(number: number, head: head)
        guard text.elementsEqual(self.text.utf8) else { return nil }
    }

    var text: String { "\(number) \(withUnsafeBytes(of: head.bigEndian) { Hex.encode($0) })" }
}

/// What says of entries that their bodies were erased: the decisions that were read, and the list beside the segments.
///
/// The `decision` entries are the truth. The list only tells an erased body from a damaged one where none was read yet: of a body that is whole it says
/// nothing. `erase N H` is durable before the body of entry N is touched, `erased N H` stands behind it when the body is gone, and `forgotten N H` takes
/// both back.
struct Erasures: Equatable, Sendable {
    static let fileName = "erased"
    private static let lineBytesMax = 64
    private static let chunkBytes = 1 << 20

    /// The first word of a line.
    enum Word: String {
        case erase, erased, forgotten
    }

    /// Entries whose bodies count as erased whatever stands there: decisions say so.
    private(set) var decided: Set<UInt64> = []
    /// What the list says was erased or is being erased.
    private(set) var listed: Set<EntryMark> = []
    /// Those of them whose bodies may still stand in part.
    private(set) var unfinished: Set<EntryMark> = []
    /// The numbers in `listed`: most entries are in no list, and need no digest.
    private var listedNumbers: Set<UInt64> = []

    init(decided: Set<UInt64> = []) { self.decided = decided }

    /// Reads the list's text; a line that was cut off is no line.
    init(parsing text: [UInt8]) {
        read(text[..<(text.lastIndex(of: UInt8(ascii: "\n")) ?? 0)])
    }

    private mutating func read(_ lines: ArraySlice<UInt8>) {
        for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            guard let end = line.firstIndex(of: UInt8(ascii: " ")), let word = Word(rawValue: String(decoding: line[..<end], as: UTF8.self)),
                let mark = EntryMark(line[(end + 1)...])
            else { continue }
            note(word, mark)
        }
    }

    private mutating func note(_ word: Word, _ mark: EntryMark) {
        switch word {
        case .erase: unfinished.insert(mark)
        case .erased, .forgotten: unfinished.remove(mark)
        }
        if word == .forgotten {
            listed.remove(mark)
        } else {
            listed.insert(mark)
            listedNumbers.insert(mark.number)
        }
    }

    mutating func forget(_ marks: [EntryMark]) {
        for mark in marks { note(.forgotten, mark) }
    }

    mutating func decide(_ numbers: Set<UInt64>) { decided.formUnion(numbers) }

    /// Whether a decision or the list names `entry`.
    func names(_ entry: Batch.Placed, in batch: Batch) -> Bool { decided.contains(entry.head.number) || isListed(entry, in: batch) }

    /// Whether the list names `entry`, and no other of its number.
    func isListed(_ entry: Batch.Placed, in batch: Batch) -> Bool {
        listedNumbers.contains(entry.head.number) && listed.contains(batch.mark(of: entry))
    }

    /// Reads the list in `directory`; an empty one when there is none.
    static func read(in directory: String, _ fileSystem: JournalFileSystem) throws(JournalError) -> Erasures {
        let path = directory + "/" + fileName
        do throws(SystemError) {
            let file = try File(path, .read, in: fileSystem)
            var erasures = Erasures(), rest: [UInt8] = [], offset = 0
            while true {
                let chunk = try file.read(chunkBytes, at: offset)
                if chunk.isEmpty { return erasures }
                let next = file.nextData(from: offset + chunk.count) ?? .max
                let isHole = next > offset + chunk.count
                offset = next
                let text = rest + chunk, end = text.lastIndex(of: UInt8(ascii: "\n")) ?? 0
                erasures.read(text[..<end])
                // What is longer than any line is none, however long the file says to be.
                rest = isHole || text.count - end > lineBytesMax ? [UInt8(ascii: "?")] : Array(text[end...])
                if isHole, next == .max { return erasures }
            }
        } catch {
            if error.isMissingFile { return Erasures() }
            throw JournalError(.readFailed, "cannot read the journal's file \(path): \(error.reason)")
        }
    }

    /// Adds a line for each of `marks` and makes them durable.
    static func append(_ word: Word, _ marks: [EntryMark], in directory: String, _ fileSystem: JournalFileSystem) throws(SystemError) {
        guard !marks.isEmpty else { return }
        let file = try File(directory + "/" + fileName, .keep, in: fileSystem)
        // The line feed in front ends what a crash may have left unfinished.
        try file.write(Array(("\n" + marks.map { "\(word) \($0.text)\n" }.joined()).utf8), at: try file.size)
        try file.synchronize()
        try fileSystem.synchronizeDirectory(directory)
    }
}
