/// Writes the fixed little-endian form in which a record's stamps stand in state.db.
struct BlobWriter {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(256) }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number<N: FixedWidthInteger>(_ value: N) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }

    mutating func text(_ text: String) {
        number(UInt32(clamping: text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads what `BlobWriter` wrote; anything else is a damaged database, never a trap.
struct BlobReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() throws(StateError) -> UInt8 { try number() }

    mutating func number<N: FixedWidthInteger>() throws(StateError) -> N {
        let size = MemoryLayout<N>.size
        guard bytes.count - offset >= size else { throw Self.damaged }
        defer { offset += size }
        return bytes.withUnsafeBytes { N(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: N.self)) }
    }

    mutating func take(_ count: Int) throws(StateError) -> [UInt8] {
        guard count >= 0, bytes.count - offset >= count else { throw Self.damaged }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func text() throws(StateError) -> String {
        let count: UInt32 = try number()
        return String(decoding: try take(Int(count)), as: UTF8.self)
    }

    static let damaged = StateError(.corrupt, "state.db: a record's stamps are damaged: move the file away, and it is made again from the journal")
}
