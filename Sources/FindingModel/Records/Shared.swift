import Digests

/// The product that reported a record.
package struct Scanner: Equatable, Sendable {
    package var vendorName: String
    package var name: String
    /// The engine or module inside the product.
    package var feature: String?

    package init(vendorName: String, name: String, feature: String? = nil) {
        self.vendorName = vendorName
        self.name = name
        self.feature = feature
    }
}

/// The receipt a record was last made from.
package struct RawReference: Equatable, Sendable {
    /// The entry's number in the journal.
    package var receipt: UInt64
    /// Digest of the body as it is kept, after redaction.
    package var sha256: SHA256Digest
    /// Bytes of the body as it is kept.
    package var size: Int

    package init(receipt: UInt64, sha256: SHA256Digest, size: Int) {
        self.receipt = receipt
        self.sha256 = sha256
        self.size = size
    }
}

/// JSON text that is carried and not looked into: valid, without white space between its parts.
package struct RawJSON: Hashable, Sendable {
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
