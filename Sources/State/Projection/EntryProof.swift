import Digests
import FindingModel
import Foundation
import Journal

/// What tells an entry from any other that may be given its number after a loss: 16 bytes of a digest over its head, its body's digest included.
///
/// The same whether the body is kept, erased or damaged.
struct EntryProof: Equatable {
    private static let byteCount = 16

    /// As it stands in state.db.
    let data: Data

    init(of entry: Entry) { self.init(of: Head(entry)) }

    /// What of an entry it is made of, which is less to keep than the entry.
    struct Head {
        fileprivate let numbers: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
        fileprivate let bodySHA256: SHA256Digest
        fileprivate let source: String

        init(_ entry: Entry) {
            numbers = (
                entry.number, UInt64(entry.kind.rawValue), UInt64(bitPattern: entry.receivedTime.milliseconds),
                UInt64(bitPattern: entry.wallTime.milliseconds), entry.generation, UInt64(clamping: entry.bodySize)
            )
            bodySHA256 = entry.bodySHA256
            source = entry.source
        }
    }

    init(of head: Head) {
        var hash = SHA256Hash()
        let (number, kind, received, wall, generation, size) = head.numbers
        for number in [number, kind, received, wall, generation, size] { withUnsafeBytes(of: number.bigEndian) { hash.update($0) } }
        head.bodySHA256.withUnsafeBytes { hash.update($0) }
        hash.update(part: head.source)
        data = hash.finish().withUnsafeBytes { Data($0.prefix(Self.byteCount)) }
    }

    init(_ data: Data) { self.data = data }
}
