import FindingModel

/// Where a part that is too large for a record stands: in its receipt, mapped with the adapters of one configuration.
package struct ReceiptReference: Hashable, Sendable {
    /// Bytes of encoded evidence, or of `unmapped`, above which it stays in its receipt.
    package static let bytesMax = 16 * 1024

    package var entry: UInt64
    /// The number of the `config` entry that the receipt was mapped with.
    package var generation: UInt64

    package init(entry: UInt64, generation: UInt64) {
        self.entry = entry
        self.generation = generation
    }

    /// Whether `unmapped` is too large to be kept in a record.
    package static func isTooLarge(_ unmapped: RawJSON?) -> Bool { unmapped.map { $0.bytes.count > bytesMax } ?? false }

    /// Whether `evidence` is too large to be kept in a record.
    ///
    /// Counted without encoding: each byte of text, and eight for each character that JSON writes longer than it is.
    package static func isTooLarge(_ evidence: [Evidence]) -> Bool {
        var size = 2
        for item in evidence {
            size += 3
            for (name, text) in [("type", item.type), ("summary", item.summary), ("request", item.request), ("response", item.response)] {
                guard let text else { continue }
                size += name.utf8.count + 6 + encodedSize(of: text)
                if size > bytesMax { return true }
            }
        }
        return false
    }

    private static func encodedSize(of text: String) -> Int {
        if text.utf8.count > bytesMax { return text.utf8.count }
        return text.utf8.reduce(into: 0) { size, byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x08, 0x09, 0x0A, 0x0C, 0x0D: size += 2
            case 0..<0x20: size += 6
            default: size += 1
            }
        }
    }
}
