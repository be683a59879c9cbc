import Digests
import FindingModel

/// A hash over what one event says about one record: equal words give equal hashes, whichever receipt carries them.
///
/// Every part is length-prefixed and an absent one differs from an empty one. It orders events of the same millisecond and recognises repetitions,
/// and stamps keep it, so its form is as permanent as theirs.
package struct ContentHash {
    private var bytes: [UInt8] = []

    package init() { bytes.reserveCapacity(2048) }

    package mutating func add(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func add(_ number: Int64?) {
        guard let number else { return bytes.append(0) }
        bytes.append(1)
        add(number)
    }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            add(Int64(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    package mutating func add(_ text: String?) {
        guard let text else { return bytes.append(0) }
        bytes.append(1)
        add(text)
    }

    package mutating func add(_ raw: RawJSON?) {
        guard let raw else { return bytes.append(0) }
        bytes.append(1)
        add(Int64(raw.bytes.count))
        bytes.append(contentsOf: raw.bytes)
    }

    package mutating func add(_ texts: [String]) {
        add(Int64(texts.count))
        for text in texts { add(text) }
    }

    package mutating func add(_ time: Timestamp?) { add(time?.milliseconds) }

    /// The first eight bytes of the SHA-256 of everything added.
    package func finish() -> UInt64 {
        SHA256Hash.digest(of: bytes).withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
    }
}
