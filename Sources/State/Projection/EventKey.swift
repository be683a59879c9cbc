import Digests
import FindingModel
import Foundation

/// A vendor's event key with where it is unique, as 16 bytes of a digest.
struct EventKey: Hashable {
    private let high: UInt64
    private let low: UInt64

    /// The key of an event of `kind` in `scope`: no vendor promises that the ids of two kinds differ.
    init(scope: KeyScope, kind: String, key: String) { self.init(scope: scope, text: RecordIdentity.key(tuple: [kind, key])) }

    /// The key as versions before 6 of state.db have it, which left the kind out.
    init(scope: KeyScope, before6 key: String) { self.init(scope: scope, text: key) }

    private init(scope: KeyScope, text: String) {
        let digest = RecordIdentity.digest(vendor: scope.vendor, account: scope.account, key: text)
        (high, low) = digest.withUnsafeBytes { bytes in
            (UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)), UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// Reads what `data` gave.
    init?(_ data: Data) {
        guard data.count == 16 else { return nil }
        (high, low) = data.withUnsafeBytes { bytes in
            (UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)), UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// The key as it stands in state.db, where it sorts as it does here.
    var data: Data { withBytes { Data($0) } }

    func withBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body) }
}

extension EventKey: Comparable {
    static func < (left: EventKey, right: EventKey) -> Bool { (left.high, left.low) < (right.high, right.low) }
}
