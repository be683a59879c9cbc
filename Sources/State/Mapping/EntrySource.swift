import Journal

/// Where entries are read from: a running journal, or its files.
package struct EntrySource: Sendable {
    /// The last entry there is; with files, more than that.
    package let watermark: @Sendable () -> UInt64
    package let reader: @Sendable (UInt64) -> any JournalReader
    private let listConfigurations: @Sendable () throws(JournalError) -> [Entry]

    package init(_ journal: any Journal) {
        watermark = { journal.watermark }
        reader = { journal.reader(from: $0) }
        listConfigurations = { () throws(JournalError) in try journal.configurations() }
    }

    /// The same, with bodies that stand although they are erased.
    init(revealing journal: SegmentJournal) {
        watermark = { journal.watermark }
        reader = { journal.revealingReader(from: $0) }
        listConfigurations = { () throws(JournalError) in try journal.configurations() }
    }

    /// The files of a journal that nobody writes, or whose newest entries do not matter.
    package init(_ files: JournalFiles) {
        watermark = { .max }
        reader = { files.reader(from: $0) }
        listConfigurations = { () throws(JournalError) in try files.configurations() }
    }

    /// Every `config` entry, those with damaged bodies included; blocks the calling thread for some time.
    func configurations() throws(StateError) -> [Entry] {
        do throws(JournalError) { return try listConfigurations() } catch { throw StateError(.journal, "the journal cannot be read: \(error.message)") }
    }

    /// The entry of that number, if it can be read; blocks the calling thread.
    func entry(_ number: UInt64) throws(StateError) -> Entry? {
        var reader = reader(number)
        guard let entry = try reader.entries(limit: 1, maxBytes: 1 << 30).first, entry.number == number else { return nil }
        return entry
    }

    /// `entry`; a `config` entry whose body is damaged with that of an equal one, where one is left. Blocks the calling thread.
    func mended(_ entry: Entry) throws(StateError) -> Entry {
        guard entry.kind == .config, entry.isDamaged else { return entry }
        guard let equal = try configurations().first(where: { $0.bodySHA256 == entry.bodySHA256 && !$0.isDamaged }) else { return entry }
        var entry = entry
        entry.body = equal.body
        return entry
    }
}

extension Entry {
    /// Whether its body cannot be read.
    var isDamaged: Bool { body == .unreadable }
}

extension JournalReader {
    /// `next`, with the journal's error as one of this target's.
    mutating func entries(limit: Int, maxBytes: Int) throws(StateError) -> [Entry] {
        do throws(JournalError) { return try next(limit: limit, maxBytes: maxBytes) } catch {
            throw StateError(.journal, "the journal cannot be read: \(error.message)")
        }
    }
}
