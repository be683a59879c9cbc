import Digests
import FindingModel

/// One item of the journal, as it stands in the files.
package struct Entry: Sendable, Equatable {
    /// The entry's number: dense, from 1, never given twice.
    package let number: UInt64
    package let kind: EntryKind
    /// The receipt time: the wall clock, but never earlier than that of the entry before.
    package let receivedTime: Timestamp
    /// The wall clock beside it.
    package let wallTime: Timestamp
    /// The source's name; empty for the gateway's own entries.
    package let source: String
    /// The number of the `config` entry in force, 0 before the first.
    package let generation: UInt64
    /// The sender's address; empty for the gateway's own entries.
    package let peer: String
    package let verdict: Verdict?
    package let headers: [HeaderField]
    /// The SHA-256 of the body as it was written; it stays when the body is erased.
    package let bodySHA256: SHA256Digest
    /// The body's size in bytes; it stays when the body is erased.
    package let bodySize: Int
    /// Whether the receipt's source recognises equal bodies.
    package let deduplicates: Bool
    package var body: EntryBody

    package init(
        number: UInt64, kind: EntryKind, receivedTime: Timestamp, wallTime: Timestamp, source: String, generation: UInt64, peer: String,
        verdict: Verdict?, headers: [HeaderField], bodySHA256: SHA256Digest, bodySize: Int, deduplicates: Bool = false, body: EntryBody
    ) {
        self.number = number
        self.kind = kind
        self.receivedTime = receivedTime
        self.wallTime = wallTime
        self.source = source
        self.generation = generation
        self.peer = peer
        self.verdict = verdict
        self.headers = headers
        self.bodySHA256 = bodySHA256
        self.bodySize = bodySize
        self.deduplicates = deduplicates
        self.body = body
    }
}
