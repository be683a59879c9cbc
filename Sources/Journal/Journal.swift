/// The port to the log of everything that came in and was decided.
///
/// Numbers are dense and never given twice. Nobody outside this target knows which engine keeps the entries.
package protocol Journal: AnyObject, Sendable {
    /// 8 of `a`–`z`, `0`–`9`: new with every opening for writing; changes' ids begin with it.
    var tag: String { get }
    /// The number of the last durable entry, 0 when there is none.
    var watermark: UInt64 { get }
    /// The number of the oldest entry that is kept; 1 in an empty journal.
    var firstNumber: UInt64 { get }
    /// The durable end, which whoever keeps it can later prove that nothing before it was changed; nothing in an empty journal.
    var head: JournalHead? { get }
    /// Whether receipts are taken; cheap enough to be asked for every request.
    var availability: JournalAvailability { get }

    /// Appends `draft` and tells `receiver` how it ended; returns at once and never waits for the disk.
    func append(_ draft: EntryDraft, token: UInt64, to receiver: any AppendReceiver)
    /// Appends `draft` and returns once it is durable.
    func append(_ draft: EntryDraft) async throws(JournalError) -> Appended
    /// Puts the configuration `content` in force: every segment from here on begins with it.
    ///
    /// - Returns: The number of its `config` entry, which is appended unless the last one holds the same.
    func configure(_ content: [UInt8]) async throws(JournalError) -> UInt64
    /// Reads from entry `number` on; reading blocks, so it belongs on a thread of the caller's own.
    func reader(from number: UInt64) -> any JournalReader
    /// Every `config` entry, those with damaged bodies included; reads all heads, so it takes its time.
    func configurations() throws(JournalError) -> [Entry]
    /// Has receipts count as erased, whatever stands in the places of their bodies.
    func conceal(_ receipts: Set<UInt64>)
    /// Does that, and overwrites what stands there: for receipts whose erasure is decided, whether or not it was done before, since a segment that was
    /// put back brings the bodies back. Reads the heads of their segments; blocks the calling thread.
    ///
    /// - Returns: Those whose place cannot be found.
    @discardableResult func finishErasing(_ receipts: Set<UInt64>) throws(JournalError) -> Set<UInt64>
    /// Blocks the calling thread until the watermark is above `number` or the time is up; says whether it is above.
    func waitForEntries(after number: UInt64, milliseconds: Int) -> Bool
    /// Writes what was appended so far, then closes; later appends fail with `.stopping`.
    func stop() async
}
