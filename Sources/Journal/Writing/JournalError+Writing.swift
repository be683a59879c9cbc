extension JournalError {
    static let busy = JournalError(.busy, "more waits to be written to the journal than fits into memory")
    static let stopping = JournalError(.stopping, "the journal is being closed")
    static let reserve = JournalError(.diskReserve, "the disk has less room left than the reserve")
    static let tooLarge = JournalError(.tooLarge, "the entry is larger than a journal's entry can be")
    static let afterFailure = JournalError(.failed, "an fsync of the journal failed before; weir has to be restarted")

    /// A write that did not succeed and was undone.
    static func write(_ error: SystemError) -> JournalError {
        error.isOutOfSpace
            ? JournalError(.diskFull, "the disk has no room for the journal") : JournalError(.writeFailed, "cannot write to the journal: \(error.reason)")
    }

    /// A file or directory that could not be made or changed.
    static func unwritable(_ path: String, _ error: SystemError) -> JournalError {
        error.isOutOfSpace
            ? JournalError(.diskFull, "the disk has no room for \(path)") : JournalError(.unwritable, "cannot write \(path): \(error.reason)")
    }
}
