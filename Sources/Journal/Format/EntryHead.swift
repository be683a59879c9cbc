import Digests
import FindingModel

/// Everything about an entry but its body; hashed into the chain.
struct EntryHead: Equatable, Sendable {
    /// The length of the fields that every head has, with its checksum.
    static let fixedBytes = 92
    /// Bit 0 of the flags: the receipt's source recognises equal bodies.
    static let deduplicatesFlag: UInt8 = 1

    /// The tags of the fields that a head may have; a reader passes over those it does not know.
    enum Field: UInt16 {
        case source = 1
        case peer
        case verdictScheme
        case verdictLabel
        case signedTime
        case header
    }

    /// Nothing for a kind that this version does not know.
    var kind: EntryKind?
    var flags: UInt8 = 0
    var number: UInt64 = 0
    var receivedTime = Timestamp(milliseconds: 0)
    var wallTime = Timestamp(milliseconds: 0)
    var generation: UInt64 = 0
    var bodyBytes = 0
    var bodyCRC: UInt32 = 0
    var bodySHA256 = SHA256Digest.zero
    var source = ""
    var peer = ""
    var verdict: Verdict?
    var headers: [HeaderField] = []

    var deduplicates: Bool { flags & Self.deduplicatesFlag != 0 }

    /// The entry that the head and `body` make; nothing for a kind that this version does not know.
    func entry(_ body: EntryBody) -> Entry? {
        guard let kind else { return nil }
        return Entry(
            number: number, kind: kind, receivedTime: receivedTime, wallTime: wallTime, source: source, generation: generation, peer: peer,
            verdict: verdict, headers: headers, bodySHA256: bodySHA256, bodySize: bodyBytes, deduplicates: deduplicates, body: body)
    }
}
