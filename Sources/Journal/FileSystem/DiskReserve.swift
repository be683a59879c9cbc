/// The room that receipts leave to everything else: the larger of a number of bytes and a share of the disk.
package struct DiskReserve: Equatable, Sendable {
    package let bytes: UInt64
    /// A share of the whole file system in percent, 0 to 100.
    package let percent: UInt64

    package init(bytes: UInt64, percent: UInt64) {
        self.bytes = bytes
        self.percent = min(percent, 100)
    }

    /// The larger of 1 GiB and 5 %.
    package static let standard = DiskReserve(bytes: 1 << 30, percent: 5)
    package static let none = DiskReserve(bytes: 0, percent: 0)

    /// Whether less than the reserve is left.
    package func isReached(by space: DiskSpace) -> Bool { space.free < required(of: space) }

    /// The reserve in bytes on such a disk.
    package func required(of space: DiskSpace) -> UInt64 { max(bytes, space.total / 100 * percent) }
}
