import Digests
import FindingModel

/// One walk over a segment that may be torn: how far it is good, and what is wrong before that.
struct SegmentSurvey: Sendable {
    /// The offset at which the last good batch ends.
    private(set) var end = JournalFormat.blockBytes
    /// Where the chain goes on behind that batch.
    private(set) var chain: ChainPosition
    /// The tag of the segment's last `recovery` entry, or else of its first block.
    private(set) var tag: String?
    /// Damaged places before `end`.
    private(set) var damaged: [RecoveryNote.Damage] = []
    /// Those of them that a `recovery` entry of this segment tells of.
    private(set) var reported: [RecoveryNote.Damage] = []
    /// Entries before `end` whose bodies are damaged.
    private(set) var unreadable: [UInt64] = []
    /// Entries whose erasure is decided.
    private(set) var decided: Set<UInt64> = []
    /// The last `config` entry before `end` that is whole.
    private(set) var configuration: ConfigurationInForce?

    private init(_ segment: SegmentFile, tag: String?) {
        chain = ChainPosition(
            nextNumber: segment.firstNumber, previousHash: segment.header?.previousHash ?? .zero,
            receiptClock: segment.header?.receiptClock ?? Timestamp(milliseconds: .min))
        self.tag = tag
    }

    /// Walks over `segment`.
    ///
    /// Only one batch was ever being written, so only the last can be torn: what is wrong with it ends the good part. What is wrong before
    /// another whole header is damage, and is passed over.
    ///
    /// - Parameter durable: An entry that was read when it stood there, so that it and what was written with it was durable: what is wrong with the bodies
    ///   of its batch is damage too.
    static func make(_ segment: SegmentFile, _ erasures: Erasures, durable: UInt64 = 0) throws(JournalError) -> SegmentSurvey {
        var good = SegmentSurvey(segment, tag: segment.header?.tag)
        guard segment.salt != nil else { return good }
        // What becomes good as soon as another whole header is found behind it.
        var walked = good
        while true {
            switch try segment.batch(at: walked.end) {
            case .batch(let batch) where batch.header.firstNumber >= walked.chain.nextNumber:
                good = walked
                walked.add(batch, segment.name, erasures)
                if walked.unreadable.count == good.unreadable.count || batch.header.firstNumber <= durable { good = walked }
            case .damagedHeads(let header, let damage) where header.firstNumber >= walked.chain.nextNumber:
                good = walked
                walked.addDamage(segment.name, at: walked.end + damage.offset, through: header.lastNumber)
                walked.end += header.totalBytes
                walked.chain.receiptClock = header.receiptClock
            case .batch, .damagedHeads, .damagedHeader, .empty:
                guard
                    let next = try segment.nextHeader(from: walked.end + JournalFormat.blockBytes, notBefore: walked.chain.nextNumber)
                else { return good }
                walked.addDamage(segment.name, at: walked.end, through: next.header.firstNumber - 1)
                walked.end = next.offset
            }
        }
    }

    private mutating func add(_ batch: Batch, _ name: String, _ erasures: Erasures) {
        if batch.header.firstNumber > chain.nextNumber { addDamage(name, at: end, through: batch.header.firstNumber - 1) }
        for entry in batch.entries {
            if !batch.bodyIsWhole(entry), !erasures.names(entry, in: batch) { unreadable.append(entry.head.number) }
            if entry.head.kind == .recovery, let body = batch.wholeBody(entry), let note = RecoveryNote(parsing: body) {
                tag = note.tag
                reported += note.damaged
            }
            if entry.head.kind == .decision, let decision = batch.wholeBody(entry).flatMap({ EraseDecision(parsing: $0) }) {
                decided.insert(decision.number)
            }
            if entry.head.kind == .config, let body = batch.wholeBody(entry) {
                configuration = ConfigurationInForce(number: entry.head.number, draft: EntryDraft(kind: .config, body: body))
            }
        }
        end = batch.end
        chain = ChainPosition(
            nextNumber: batch.header.lastNumber + 1, previousHash: batch.hash, receiptClock: batch.header.receiptClock)
    }

    private mutating func addDamage(_ name: String, at offset: Int, through last: UInt64) {
        damaged.append(RecoveryNote.Damage(segment: name, offset: offset, numbers: last >= chain.nextNumber ? chain.nextNumber...last : nil))
        chain.nextNumber = max(chain.nextNumber, last + 1)
    }

    /// The damaged places that nobody has reported yet.
    var news: [RecoveryNote.Damage] { damaged.filter { !reported.contains($0) } }
}
