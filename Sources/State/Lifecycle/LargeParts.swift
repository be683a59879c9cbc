/// What of a record is too large to stand in it, and in which receipts it is found; it is put back when the record is sent or shown.
package struct LargeParts: Hashable, Sendable {
    package var evidence: ReceiptReference?
    package var unmapped: ReceiptReference?

    package init(evidence: ReceiptReference? = nil, unmapped: ReceiptReference? = nil) {
        self.evidence = evidence
        self.unmapped = unmapped
    }

    package var isEmpty: Bool { evidence == nil && unmapped == nil }
}
