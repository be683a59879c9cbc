/// 16 random bytes that each segment's batches carry, so that nothing a sender writes into a body can pass for a batch.
struct SegmentSalt: Hashable, Sendable {
    private let low: UInt64
    private let high: UInt64

    static let byteCount = 16

    /// Reads 16 bytes; the caller has checked that they lie inside.
    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        low = bytes.number(at: offset)
        high = bytes.number(at: offset + 8)
    }

    /// The salt that 16 random bytes make.
    init(random bytes: [UInt8]) {
        var padded = bytes.prefix(Self.byteCount) + []
        padded += [UInt8](repeating: 0, count: Self.byteCount - padded.count)
        self = padded.withUnsafeBytes { SegmentSalt($0, at: 0) }
    }

    func write(to bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
        bytes.put(low, at: offset)
        bytes.put(high, at: offset + 8)
    }
}
