/// What the journal asks of the operating system, so that tests can make any of it fail.
package struct JournalFileSystem: Sendable {
    /// How a file is opened.
    package enum Mode: Sendable {
        case read
        /// To read and write a file that is there.
        case write
        /// To read and write a file that is made, or emptied if it is there.
        case create
        /// To read and write a file that is made unless it is there.
        case keep
    }

    package var open: @Sendable (_ path: String, _ mode: Mode) throws(SystemError) -> Int32
    package var close: @Sendable (_ descriptor: Int32) -> Void
    /// Reads at an offset; may give fewer bytes than asked for, and none at the end.
    package var read: @Sendable (_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) throws(SystemError) -> Int
    /// Writes at an offset; may take fewer bytes than given.
    package var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(SystemError) -> Int
    /// `fdatasync`: returns when the file's bytes, and its size where that matters, are on the disk.
    package var synchronize: @Sendable (_ descriptor: Int32) throws(SystemError) -> Void
    /// Makes the names in a directory durable.
    package var synchronizeDirectory: @Sendable (_ path: String) throws(SystemError) -> Void
    package var truncate: @Sendable (_ descriptor: Int32, _ size: Int) throws(SystemError) -> Void
    package var size: @Sendable (_ descriptor: Int32) throws(SystemError) -> Int
    /// The next offset at which a file may hold anything but zeros; nothing when there is none.
    package var nextData: @Sendable (_ descriptor: Int32, _ offset: Int) -> Int? = { _, offset in offset }
    package var rename: @Sendable (_ from: String, _ to: String) throws(SystemError) -> Void
    package var remove: @Sendable (_ path: String) throws(SystemError) -> Void
    /// Makes a directory, readable by its owner only; false if it is there.
    package var createDirectory: @Sendable (_ path: String) throws(SystemError) -> Bool
    /// The names in a directory.
    package var list: @Sendable (_ path: String) throws(SystemError) -> [String]
    package var space: @Sendable (_ path: String) throws(SystemError) -> DiskSpace
    /// Locks a directory (`flock`) until the descriptor is closed; `EWOULDBLOCK` when another has it.
    package var lockDirectory: @Sendable (_ path: String) throws(SystemError) -> Int32
}
