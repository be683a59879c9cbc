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

    init(of entry: Entry) {
        var hash = SHA256Hash()
        let numbers = [
            entry.number, UInt64(entry.kind.rawValue), UInt64(bitPattern: entry.receivedTime.milliseconds), UInt64(bitPattern: entry.wallTime.milliseconds),
            entry.generation, UInt64(clamping: entry.bodySize),
        ]
        for number in numbers { withUnsafeBytes(of: number.bigEndian) { hash.update($0) } }
        entry.bodySHA256.withUnsafeBytes { hash.update($0) }
        hash.update(part: entry.source)
        data = hash.finish().withUnsafeBytes { Data($0.prefix(Self.byteCount)) }
    }

    init(_ data: Data) { self.data = data }
}
