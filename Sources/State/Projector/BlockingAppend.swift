import Dispatch
import Journal
import Synchronization

/// Appends one entry of the gateway's own from a thread that may wait for the disk.
final class BlockingAppend: AppendReceiver {
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Result<Appended, JournalError>?>(nil)

    private init() {}

    static func append(_ draft: EntryDraft, to journal: any Journal) throws(StateError) -> Appended {
        let receiver = BlockingAppend()
        journal.append(draft, token: 0, to: receiver)
        receiver.done.wait()
        switch receiver.outcome.withLock({ $0 }) {
        case .success(let appended): return appended
        case .failure(let error): throw StateError(.journal, "the journal cannot be written: \(error.message)")
        case nil: throw StateError(.journal, "the journal gave no answer")
        }
    }

    func appended(_ outcomes: [AppendOutcome]) {
        outcome.withLock { $0 = outcomes.first?.outcome }
        done.signal()
    }
}
