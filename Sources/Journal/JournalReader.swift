/// A position in a journal, from which entries are read in order.
package protocol JournalReader: Sendable {
    /// The next entries, at most `limit` of them and at most `maxBytes` of bodies (but at least one entry); none at the watermark.
    ///
    /// An entry whose body is damaged comes with `.unreadable`; a batch whose header or head is damaged is left out, and its numbers stand in `skipped`.
    mutating func next(limit: Int, maxBytes: Int) throws(JournalError) -> [Entry]

    /// The numbers that this reader had to leave out so far.
    var skipped: [ClosedRange<UInt64>] { get }
}
