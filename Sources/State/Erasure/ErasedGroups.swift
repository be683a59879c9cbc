import FindingModel

/// The field groups of a record whose words were erased, by slot, each with a digest of what stood there.
///
/// The digests are there only between the receipt and the decision that erases it, where a projection made again has to tell what was told then: a
/// later word is compared as if the erased one still stood. From the decision on they are 0, which is no text's.
package struct ErasedGroups: Equatable, Sendable {
    private var digests: [UInt8: UInt64] = [:]

    package init() {}

    var isEmpty: Bool { digests.isEmpty }
    var slots: [Int] { digests.keys.sorted().map { Int($0) } }

    subscript(slot: Int) -> UInt64? {
        get { digests[UInt8(truncatingIfNeeded: slot)] }
        set { digests[UInt8(truncatingIfNeeded: slot)] = newValue }
    }

    func contains(any slots: [Int]) -> Bool { !isEmpty && slots.contains { self[$0] != nil } }

    /// Those of `slots`.
    func only(_ slots: [Int]) -> ErasedGroups {
        var groups = ErasedGroups()
        for slot in slots { groups[slot] = self[slot] }
        return groups
    }

    func write(to writer: inout BlobWriter) {
        writer.byte(UInt8(clamping: digests.count))
        for (slot, digest) in digests.sorted(by: { $0.key < $1.key }) {
            writer.byte(slot)
            writer.number(digest)
        }
    }

    init(from reader: inout BlobReader) throws(StateError) {
        for _ in 0..<(try reader.byte()) {
            let slot = try reader.byte()
            digests[slot] = try reader.number()
        }
    }
}

extension FindingFields {
    /// The groups that hold a vendor's words; of the status and the severity only the vendor's word is one.
    static let words: [FindingFields] = [
        .status, .severity, .title, .desc, .remediation, .scanner, .rule, .vulnerabilities, .resources, .evidence, .tickets, .labels, .sourceUID, .unmapped,
    ]
    static let allWords = FindingFields(words)
    /// Those that make a change when they differ, and those that fingerprints are made of.
    static let compared: [FindingFields] = [.title, .rule, .vulnerabilities, .resources, .tickets, .labels]
    /// Those that an event fills although it does not say them: with a name made of the finding's key, and with a word that the adapter does not know.
    static let filled: FindingFields = [.title, .severity]
}

extension FindingSlots {
    /// What fingerprints are made of.
    static let identifying = [FindingFields.rule, .vulnerabilities, .resources].map { slot(of: $0) }
}

extension ScanFields {
    /// The groups that hold a vendor's words; all but the last make a change when they differ.
    static let words: [ScanFields] = [.name, .type, .scope, .errors, .srcURL, .scanner, .unmapped]
    static let compared: [ScanFields] = [.name, .type, .scope, .errors, .srcURL, .scanner]
}
