import Digests
import FindingModel

/// An entry before the journal has given it a number and a time.
package struct EntryDraft: Sendable {
    package let kind: EntryKind
    /// The source's name; empty for the gateway's own entries.
    package let source: String
    /// The number of the `config` entry in force, 0 before the first.
    package let generation: UInt64
    /// The sender's address; empty for the gateway's own entries.
    package let peer: String
    package let verdict: Verdict?
    /// The allow-listed fields of the request, never a credential.
    package let headers: [HeaderField]
    /// The body as it is to be kept, after redaction.
    package let body: [UInt8]
    /// The SHA-256 of `body`; made by the caller, so that the work is not the writer thread's.
    package let bodySHA256: SHA256Digest
    /// Whether an equal body of the same source among the newest receipts answers with that receipt's number instead of being written.
    package let deduplicates: Bool

    /// Whether an equal body that comes after it is written again: a void leaves out receipts whose repetitions, which nobody has kept, may be the true
    /// ones. What was erased is not to come back.
    var forgetsDuplicates: Bool { kind == .decision && EraseDecision(parsing: body) == nil }

    /// A draft whose digest is known; `bodySHA256` must be that of `body`, which `verify` would otherwise find out.
    package init(
        kind: EntryKind, source: String = "", generation: UInt64 = 0, peer: String = "", verdict: Verdict? = nil, headers: [HeaderField] = [],
        body: [UInt8], bodySHA256: SHA256Digest, deduplicates: Bool = false
    ) {
        self.kind = kind
        self.source = source
        self.generation = generation
        self.peer = peer
        self.verdict = verdict
        self.headers = headers
        self.body = body
        self.bodySHA256 = bodySHA256
        self.deduplicates = deduplicates
    }

    /// A draft whose body's digest is computed here.
    package init(
        kind: EntryKind, source: String = "", generation: UInt64 = 0, peer: String = "", verdict: Verdict? = nil, headers: [HeaderField] = [],
        body: [UInt8], deduplicates: Bool = false
    ) {
        self.init(
            kind: kind, source: source, generation: generation, peer: peer, verdict: verdict, headers: headers, body: body,
            bodySHA256: SHA256Hash.digest(of: body), deduplicates: deduplicates)
    }
}
