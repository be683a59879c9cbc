/// The port to the log of everything that came in and was decided.
///
/// Numbers are dense and never given twice. Nobody outside this target knows which engine keeps the entries.
package protocol Journal: AnyObject, Sendable {
    /// 8 of `a`–`z`, `0`–`9`: new for each journal, each restore and each loss; changes' ids begin with it.
    var tag: String { get }
    /// The number of the last durable entry, 0 when there is none.
    var watermark: UInt64 { get }
    /// The number of the oldest entry that is kept; 1 in an empty journal.
    var firstNumber: UInt64 { get }
    /// Whether receipts are taken; cheap enough to be asked for every request.
    var availability: JournalAvailability { get }

    /// Appends `draft` and tells `receiver` how it ended; returns at once and never waits for the disk.
    func append(_ draft: EntryDraft, token: UInt64, to receiver: any AppendReceiver)
    /// Appends `draft` and returns once it is durable.
    func append(_ draft: EntryDraft) async throws(JournalError) -> Appended
    /// Reads from entry `number` on; reading blocks, so it belongs on a thread of the caller's own.
    func reader(from number: UInt64) -> any JournalReader
    /// Blocks the calling thread until the watermark is above `number` or the time is up; says whether it is above.
    func waitForEntries(after number: UInt64, milliseconds: Int) -> Bool
    /// Mints a new tag and writes it into a `recovery` entry with `reason`, when positions beyond the journal's end were found; returns the tag once it is durable.
    func mintTag(reason: String) async throws(JournalError) -> String
    /// Writes what was appended so far, then closes; later appends fail with `.stopping`.
    func stop() async
}

/// How one append of a batch ended.
package typealias AppendOutcome = (token: UInt64, outcome: Result<Appended, JournalError>)

/// Who is told how appends ended.
package protocol AppendReceiver: AnyObject, Sendable {
    /// Called once per batch and receiver, after the batch is durable, on the journal's writer thread, which must not be kept waiting.
    ///
    /// After `stop` it is called on the appender's own thread.
    func appended(_ outcomes: [AppendOutcome])
}

/// A position in a journal, from which entries are read in order.
package protocol JournalReader {
    /// The next entries, at most `limit` of them and at most `maxBytes` of bodies (but at least one entry); none at the watermark.
    ///
    /// An entry whose body is damaged comes with `.unreadable`; a batch whose header or head is damaged is left out, and its numbers stand in `skipped`.
    mutating func next(limit: Int, maxBytes: Int) throws(JournalError) -> [Entry]

    /// The numbers that this reader had to leave out so far.
    var skipped: [ClosedRange<UInt64>] { get }
}
