/// What a file system has room for, in bytes.
package struct DiskSpace: Equatable, Sendable {
    /// What an ordinary process may still use.
    package let free: UInt64
    package let total: UInt64

    package init(free: UInt64, total: UInt64) {
        self.free = free
        self.total = total
    }
}
