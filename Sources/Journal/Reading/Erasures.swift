/// The list of erased entries beside the segments, so that a reader can tell an erased body from a damaged one.
///
/// `erase N` is durable before the body of entry N is touched, `erased N` stands behind it when the body is gone. The `decision` entries are the
/// truth; the list only spares reading them all.
struct Erasures: Equatable, Sendable {
    static let fileName = "erased"

    /// All entries that were erased or are being erased.
    private(set) var numbers: Set<UInt64> = []
    /// Those whose bodies may still stand.
    private(set) var unfinished: Set<UInt64> = []

    init() {}

    /// Reads the list's text; a line that was cut off is no line.
    init(parsing text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).dropLast(text.last == UInt8(ascii: "\n") ? 0 : 1) {
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
            return Erasures(parsing: try file.read(try file.size, at: 0))
        } catch {
            if error.isMissingFile { return Erasures() }
            throw JournalError(.readFailed, "cannot read the journal's file \(path): \(error.reason)")
        }
    }

    /// Adds a line and makes it durable.
    static func append(_ word: String, _ number: UInt64, in directory: String, _ fileSystem: JournalFileSystem) throws(SystemError) {
        let file = try File(directory + "/" + fileName, .keep, in: fileSystem)
        // The line feed in front ends what a crash may have left unfinished.
        try file.write(Array("\n\(word) \(number)\n".utf8), at: try file.size)
        try file.synchronize()
        try fileSystem.synchronizeDirectory(directory)
    }
}
