/// How large the parts of a record may be, in the bytes that they take as JSON text.
struct Allowance: Sendable {
    /// Each text of an item of evidence; with 0 there is no evidence.
    var evidence: Int
    /// What the vendor said beside all fields; a larger one is left out as a whole.
    var unmapped: Int
    /// Descriptions, remedies, titles and summaries.
    var text: Int
    /// Names, words, addresses and references.
    var word: Int
    /// Items of each list.
    var items: Int

    /// From little shortening to so much that any record, in any format, is below `EventEncoder.summaryBytes`.
    static let steps = [
        Allowance(evidence: 1024, unmapped: 2048, text: .max, word: .max, items: .max),
        Allowance(evidence: 256, unmapped: 512, text: 2048, word: 1024, items: 32),
        Allowance(evidence: 0, unmapped: 0, text: 1024, word: 512, items: 8),
        Allowance(evidence: 0, unmapped: 0, text: 512, word: 128, items: 4),
        Allowance(evidence: 0, unmapped: 0, text: 128, word: 48, items: 1),
        Allowance(evidence: 0, unmapped: 0, text: 32, word: 24, items: 1),
    ]
}
