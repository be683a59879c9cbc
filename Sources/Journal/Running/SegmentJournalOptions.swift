import Digests
import FindingModel

/// How a journal of segment files is run.
package struct SegmentJournalOptions: Sendable {
    /// The directory that holds the segments; made if it is not there (its parent must be).
    package var directory: String
    /// The size of a segment's file in bytes; a larger batch makes a larger one.
    package var segmentBytes = 64 << 20
    /// The room on the disk that receipts do not use.
    package var diskReserve = DiskReserve.standard
    /// How many receipts an equal body is looked for among.
    package var dedupeWindow = 250_000
    /// How long a write may take before the journal counts as stalled.
    package var stallMilliseconds: Int64 = 1000
    /// How many bytes of bodies may wait to be written.
    package var queueBytesMax = 256 << 20
    /// An entry that is known to have been durable when the journal was written last, since somebody has read it; 0 where none is.
    package var durable: UInt64 = 0
    /// The wall clock.
    package var clock: @Sendable () -> Timestamp = { Timestamp(milliseconds: WallClock.milliseconds()) }
    /// A clock in milliseconds that only goes forward and is never 0, by which stalls are measured.
    package var monotonic: @Sendable () -> Int64 = MonotonicClock.milliseconds
    /// Random bytes for salts and tags.
    package var random: @Sendable (Int) -> [UInt8] = RandomBytes.secure
    package var fileSystem = JournalFileSystem.system
    /// Called once, on a thread of the journal's, when an fsync failed: the process has to stop.
    package var onFatal: @Sendable (JournalError) -> Void

    package init(directory: String, onFatal: @escaping @Sendable (JournalError) -> Void) {
        self.directory = directory
        self.onFatal = onFatal
    }
}
