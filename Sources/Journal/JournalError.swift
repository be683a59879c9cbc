/// Why the journal could not do something: one sentence, without any vendor's text.
package struct JournalError: Error, Equatable, Sendable {
    /// What went wrong, for the callers that branch.
    package enum Code: Sendable {
        /// The disk has no room; works again as soon as it has.
        case diskFull
        /// Less space is left than the disk reserve.
        case diskReserve
        /// A write failed for another reason and was undone.
        case writeFailed
        /// A read failed.
        case readFailed
        /// An fsync failed: nothing can be accepted until the process is restarted.
        case failed
        /// The journal is being closed, or is closed.
        case stopping
        /// More waits to be written than the journal holds in memory.
        case busy
        /// The draft is larger than an entry can be.
        case tooLarge
        /// Another process holds the directory.
        case locked
        /// The directory or a file in it cannot be written, made or opened.
        case unwritable
        /// A file was written by a newer version of this program.
        case newerVersion
        /// A file is not what it has to be.
        case corrupt
        /// There is no such entry.
        case noSuchEntry
    }

    package let code: Code
    /// One sentence for a person.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the process has to stop and be restarted.
    package var isFatal: Bool { code == .failed }

    /// Whether the same append can succeed later in this process.
    package var isRetriable: Bool {
        switch code {
        case .diskFull, .diskReserve, .writeFailed, .busy: true
        default: false
        }
    }
}
