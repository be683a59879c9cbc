import FindingModel
import Journal
import Logging

/// Writes the journal's head into a `checkpoint` entry from time to time, which sinks are told as `notice.gateway_checkpoint`: who keeps it elsewhere
/// can prove later that nothing before it was changed.
final class Checkpoints: Sendable {
    /// How often there is one.
    static let interval = Duration.seconds(3600)

    private let task: Task<Void, Never>

    /// Begins; the first is written after `interval`.
    init(_ journal: any Journal, every interval: Duration = Checkpoints.interval, log: Logger) {
        task = Task {
            var last: UInt64?
            while (try? await Task.sleep(for: interval)) != nil {
                do throws(JournalError) {
                    last = try await Self.write(journal, after: last)
                } catch {
                    // The next one comes anyway, and says more.
                    log.warning("no checkpoint of the journal", metadata: ["reason": "\(error.message)"])
                }
            }
        }
    }

    /// Appends a checkpoint unless nothing came since the one with the number `last`; returns the number of the last one.
    static func write(_ journal: any Journal, after last: UInt64?) async throws(JournalError) -> UInt64? {
        guard let head = journal.head, head.number != last else { return last }
        return try await journal.append(EntryDraft(kind: .checkpoint, body: head.bytes)).number
    }

    func stop() { task.cancel() }
}
