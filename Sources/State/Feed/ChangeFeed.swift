import FindingModel

/// The changes in order, as sinks read them.
package protocol ChangeFeed: Sendable {
    /// The changes after `sequence`, at most `limit` of them and about `maxBytes` of data, but at least one if there is one; evidence that
    /// stayed in its receipt is put back.
    func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change]
    /// The sequence of the newest change; 0 when there is none.
    func lastSequence() async throws -> UInt64
    /// The sequence of the first change at or behind `beginning`; one more than the last when there is none.
    func firstSequence(from beginning: ReceiptBound) async throws -> UInt64
    /// The sequence of the last change before `end`; 0 when there is none.
    func lastSequence(before end: ReceiptBound) async throws -> UInt64
    /// Whether the projector has come to where the journal ended when it began; before that, what is last is not the newest.
    func isCaughtUp() async throws -> Bool
    /// Where the change called `id` stands; `gone(after: 0)` for a text that is no id.
    func place(of id: String) async throws -> ChangePlace
    /// The newest change of the record called `uid`; nothing when none is kept.
    func newestChange(of uid: String) async throws -> Change?
    /// The changes behind `sequence` of the record called `uid`, the newest first, at most `limit`; evidence that stayed in its receipt is not put back.
    func changes(of uid: String, after sequence: UInt64, limit: Int) async throws -> [Change]
    /// Those of the changes called `ids` whose receipts were erased.
    func erased(among ids: [String]) async throws -> Set<String>
    /// Returns when a change after `sequence` may be there, `epoch` is no longer what it was, or the task is cancelled.
    func waitForChange(after sequence: UInt64, in epoch: UInt64) async
    /// How often the row of changes was made anew, or words were taken out of it, since the process began: then it has to be found out again where one
    /// stands in it, and read again.
    var epoch: UInt64 { get }
}

extension ChangeFeed {
    package var epoch: UInt64 { 0 }
    package func erased(among ids: [String]) async throws -> Set<String> { [] }
    package func changes(of uid: String, after sequence: UInt64, limit: Int) async throws -> [Change] {
        [try await newestChange(of: uid)].compactMap { $0 }.filter { $0.sequence > sequence }
    }
}
