import Digests
import FindingModel
import Journal
import Synchronization

/// A journal in memory whose answers a test can hold back or turn into failures.
final class MemoryJournal: Journal {
    private struct Waiting: Sendable {
        let draft: EntryDraft
        let token: UInt64
        let receiver: any AppendReceiver
    }

    private struct State: Sendable {
        var kept: [EntryDraft] = []
        var first: [SHA256Digest: UInt64] = [:]
        var availability = JournalAvailability.ready
        var failure: JournalError?
        var holds = false
        var waiting: [Waiting] = []
    }

    private let state = Mutex(State())

    var tag: String { "memory00" }
    var watermark: UInt64 { state.withLock { UInt64($0.kept.count) } }
    var firstNumber: UInt64 { 1 }
    var head: JournalHead? { nil }
    var availability: JournalAvailability { state.withLock { $0.availability } }
    /// What was appended so far.
    var drafts: [EntryDraft] { state.withLock { $0.kept } }
    /// How many appends are held back.
    var heldBack: Int { state.withLock { $0.waiting.count } }

    func set(_ availability: JournalAvailability) { state.withLock { $0.availability = availability } }

    /// Lets every append fail; nothing lets them succeed again.
    func fail(_ error: JournalError?) { state.withLock { $0.failure = error } }

    /// Keeps appends unanswered until `release`.
    func hold() { state.withLock { $0.holds = true } }

    /// Answers what was held back, in one batch for each receiver.
    func release() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.holds = false
            return state.waiting
        }
        var receivers: [(receiver: any AppendReceiver, outcomes: [AppendOutcome])] = []
        for append in waiting {
            let outcome = AppendOutcome(append.token, keep(append.draft))
            if let index = receivers.firstIndex(where: { $0.receiver === append.receiver }) {
                receivers[index].outcomes.append(outcome)
            } else {
                receivers.append((append.receiver, [outcome]))
            }
        }
        for (receiver, outcomes) in receivers { receiver.appended(outcomes) }
    }

    func append(_ draft: EntryDraft, token: UInt64, to receiver: any AppendReceiver) {
        let isHeld = state.withLock { state in
            if state.holds { state.waiting.append(Waiting(draft: draft, token: token, receiver: receiver)) }
            return state.holds
        }
        if !isHeld { receiver.appended([(token, keep(draft))]) }
    }

    private func keep(_ draft: EntryDraft) -> Result<Appended, JournalError> {
        state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            let time = Timestamp(milliseconds: 0)
            if draft.deduplicates, let number = state.first[draft.bodySHA256] {
                return .success(Appended(number: number, receivedTime: time, duplicate: true))
            }
            state.kept.append(draft)
            let number = UInt64(state.kept.count)
            state.first[draft.bodySHA256] = state.first[draft.bodySHA256] ?? number
            return .success(Appended(number: number, receivedTime: time, duplicate: false))
        }
    }

    func append(_ draft: EntryDraft) async throws(JournalError) -> Appended { try keep(draft).get() }
    func reader(from number: UInt64) -> any JournalReader { EmptyReader() }
    func configurations() throws(JournalError) -> [Entry] { [] }
    func waitForEntries(after number: UInt64, milliseconds: Int) -> Bool { watermark > number }
    func configure(_ content: [UInt8]) async throws(JournalError) -> UInt64 { try keep(EntryDraft(kind: .config, body: content)).get().number }
    func conceal(_ receipts: Set<UInt64>) {}
    func finishErasing(_ receipts: Set<UInt64>) -> Set<UInt64> { receipts }

    func stop() async { set(.stopping) }

    private struct EmptyReader: JournalReader {
        func next(limit: Int, maxBytes: Int) throws(JournalError) -> [Entry] { [] }
        var skipped: [ClosedRange<UInt64>] { [] }
    }
}
