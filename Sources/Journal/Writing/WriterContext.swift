import FindingModel
import Synchronization

/// What the writer thread shares with the rest of a running journal.
struct WriterContext: Sendable {
    let options: SegmentJournalOptions
    let status: JournalStatus
    let queue: AppendQueue
    let spare: SpareSegment
    let space: SpaceWatch
    let refill: DedupeRefill
    /// Wakes the thread that prepares the next segment.
    let housekeeping: ThreadSignal

    var fileSystem: JournalFileSystem { options.fileSystem }
    var directory: String { options.directory }
}
