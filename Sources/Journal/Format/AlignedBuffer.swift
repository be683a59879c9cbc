/// Memory that begins at a block's boundary and is used again and again.
struct AlignedBuffer: ~Copyable {
    private(set) var bytes: UnsafeMutableRawBufferPointer

    init(capacity: Int) { bytes = Self.allocate(capacity) }

    deinit { bytes.deallocate() }

    /// Makes room for `capacity` bytes, keeping the first `used`.
    mutating func reserve(_ capacity: Int, keeping used: Int) {
        guard capacity > bytes.count else { return }
        resize(max(capacity, bytes.count * 2), keeping: used)
    }

    /// Gives memory above `capacity` back; nothing is kept.
    mutating func shrink(to capacity: Int) {
        if bytes.count > capacity { resize(capacity, keeping: 0) }
    }

    private mutating func resize(_ capacity: Int, keeping used: Int) {
        let larger = Self.allocate(capacity)
        if used > 0 { larger.copyMemory(from: UnsafeRawBufferPointer(bytes).slice(0..<used)) }
        bytes.deallocate()
        bytes = larger
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: JournalFormat.padded(capacity), alignment: JournalFormat.blockBytes)
    }
}
