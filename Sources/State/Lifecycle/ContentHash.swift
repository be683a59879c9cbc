import Digests
import FindingModel

/// A hash over what one event says about one record: equal words give equal hashes, whichever receipt carries them.
///
/// Every part is length-prefixed and an absent one differs from an empty one. It orders events of the same millisecond and recognises repetitions,
/// and stamps keep it, so its form is as permanent as theirs.
package struct ContentHash {
    private static let blockBytes = 256

    private var hash = SHA256Hash()
    /// What is gathered before it is hashed: of many small pieces each would cost as much as a block.
    private var block = InlineArray<256, UInt8>(repeating: 0)
    private var count = 0

    package init() {}

    package mutating func add(_ number: Int64) { withUnsafeBytes(of: number.bigEndian) { put($0) } }

    package mutating func add(_ number: Int64?) {
        guard let number else { return put(isThere: false) }
        put(isThere: true)
        add(number)
    }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            add(Int64(utf8.count))
            put(UnsafeRawBufferPointer(utf8))
        }
    }

    package mutating func add(_ text: String?) {
        guard let text else { return put(isThere: false) }
        put(isThere: true)
        add(text)
    }

    package mutating func add(_ raw: RawJSON?) {
        guard let raw else { return put(isThere: false) }
        put(isThere: true)
        add(Int64(raw.bytes.count))
        raw.bytes.withUnsafeBytes { put($0) }
    }

    package mutating func add(_ texts: [String]) {
        add(Int64(texts.count))
        for text in texts { add(text) }
    }

    package mutating func add(_ time: Timestamp?) { add(time?.milliseconds) }

    /// The first eight bytes of the SHA-256 of everything added.
    package consuming func finish() -> UInt64 {
        hashBlock()
        return hash.finish().withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    private mutating func put(isThere: Bool) { withUnsafeBytes(of: UInt8(isThere ? 1 : 0)) { put($0) } }

    @inline(__always)
    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        if bytes.count > Self.blockBytes - count { hashBlock() }
        guard bytes.count <= Self.blockBytes else { return hash.update(bytes) }
        let start = count
        withUnsafeMutableBytes(of: &block) { UnsafeMutableRawBufferPointer(rebasing: $0[start...]).copyMemory(from: bytes) }
        count += bytes.count
    }

    private mutating func hashBlock() {
        let end = count
        withUnsafeBytes(of: block) { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
        count = 0
    }
}
