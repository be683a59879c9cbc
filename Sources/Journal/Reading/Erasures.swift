/// The list of erased entries beside the segments, so that a reader can tell an erased body from a damaged one.
///
/// `erase N` is durable before the body of entry N is touched, `erased N` stands behind it when the body is gone. The `decision` entries are the
/// truth; the list only spares reading them all.
struct Erasures: Equatable, Sendable {
    static let fileName = "erased"
    private static let lineBytesMax = 64
    private static let chunkBytes = 1 << 20

    /// All entries that were erased or are being erased.
    private(set) var numbers: Set<UInt64> = []
    /// Those whose bodies may still stand.
    private(set) var unfinished: Set<UInt64> = []

    init() {}

    /// Reads the list's text; a line that was cut off is no line.
    init(parsing text: [UInt8]) {
        read(text[..<(text.lastIndex(of: UInt8(ascii: "\n")) ?? 0)])
    }

    private mutating func read(_ lines: ArraySlice<UInt8>) {
        for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, let number = UInt64(String(decoding: words[1], as: UTF8.self)) else { continue }
            if words[0].elementsEqual("erase".utf8) { begin(number) }
            if words[0].elementsEqual("erased".utf8) { finish(number) }
        }
    }

    mutating func begin(_ number: UInt64) {
        numbers.insert(number)
        unfinished.insert(number)
    }

    mutating func finish(_ number: UInt64) {
        numbers.insert(number)
        unfinished.remove(number)
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

    /// Adds a line for each of `numbers` and makes them durable.
    static func append(_ word: String, _ numbers: [UInt64], in directory: String, _ fileSystem: JournalFileSystem) throws(SystemError) {
        guard !numbers.isEmpty else { return }
        let file = try File(directory + "/" + fileName, .keep, in: fileSystem)
        // The line feed in front ends what a crash may have left unfinished.
        try file.write(Array(("\n" + numbers.map { "\(word) \($0)\n" }.joined()).utf8), at: try file.size)
        try file.synchronize()
        try fileSystem.synchronizeDirectory(directory)
    }
}
