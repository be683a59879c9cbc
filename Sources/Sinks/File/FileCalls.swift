import Glibc

/// The calls that a full or broken disk makes fail, replaceable so that tests can be that disk.
struct FileCalls: Sendable {
    /// `write(2)`: bytes written, or -1 and `errno`.
    var write: @Sendable (Int32, UnsafeRawBufferPointer) -> Int
    /// `fdatasync(2)`: 0, or -1 and `errno`.
    var synchronize: @Sendable (Int32) -> Int32

    static let system = FileCalls(
        write: { descriptor, bytes in Glibc.write(descriptor, bytes.baseAddress, bytes.count) },
        synchronize: { descriptor in fdatasync(descriptor) })
}
