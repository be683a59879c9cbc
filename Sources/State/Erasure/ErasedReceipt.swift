import FindingModel
import Foundation
import GRDB
import Journal

/// A receipt that was erased.
package struct ErasedReceipt: Equatable, Sendable {
    package let number: UInt64
    /// The decision's entry; nothing where an older version took it in.
    let decision: UInt64?
    /// Whether state.db does not know the decision's entry: an older version took it in, or the journal has lost it.
    package var isWithoutDecision: Bool { decision == nil }

    static func all(in database: Database) throws -> [ErasedReceipt] {
        try CheckedRow.fetchAll(database, sql: "SELECT receipt, decision FROM erasures ORDER BY receipt").map { row in
            try ErasedReceipt(number: UInt64(clamping: row[0] as Int64), decision: (row[1] as Int64?).map { UInt64(clamping: $0) })
        }
    }
}

extension StateStore {
    /// The receipts that are erased by what was projected, and by the decisions in `files` behind that: a segment that was put back may have brought
    /// their bodies back. Blocks the calling thread.
    package func erasedReceipts(_ files: JournalFiles, through end: UInt64) throws(StateError) -> Set<UInt64> {
        let (known, position) = try read { (try ErasedReceipt.all(in: $0), try Position(from: $0).entry) }
        guard position < end else { return Set(known.map(\.number)) }
        do throws(JournalError) { return try files.decidedErasures(from: position + 1).union(known.map(\.number)) } catch {
            throw StateError(.journal, "the journal cannot be read: \(error.message)")
        }
    }
}

/// Which of the words that a ticket shows are those of one receipt.
package struct ErasedWords: Equatable, Sendable {
    /// What is not known may be anybody's.
    package static let all = ErasedWords(title: true, resources: true)

    package let title: Bool
    package let resources: Bool

    package init(title: Bool, resources: Bool) { (self.title, self.resources) = (title, resources) }
}

extension StateQueries {
    /// The receipts that are erased as far as the journal was projected, in order.
    package func erasedReceipts() async throws -> [ErasedReceipt] {
        try await store.readAsync { try ErasedReceipt.all(in: $0) }
    }

    /// The finding as the change called `id` tells it now, and which of its words were those of `receipt`; nothing where that is not known.
    package func words(of receipt: UInt64, in id: String) async throws -> (words: ErasedWords, finding: Finding)? {
        try await store.readAsync { database in
            guard let change = try ChangeID(id)?.fetch(database), case .finding(let finding) = try Record(kind: .finding, parsing: change.data),
                let origins = try Data.fetchOne(
                    database, sql: "SELECT origins FROM changes WHERE sequence = ?", arguments: [Int64(clamping: change.sequence)])
            else { return nil }
            let groups = FindingFields(rawValue: try Origins([UInt8](origins)).groups(of: receipt))
            return (ErasedWords(title: groups.contains(.title), resources: groups.contains(.resources)), finding)
        }
    }
}

extension Projector {
    /// The records that the receipt spoke of, by what the decision kept of it.
    package func records(of erased: ErasedReceipt) async throws(StateError) -> [String] {
        let source = EntrySource(journal), last = journal.watermark
        return try await onThread { () throws(StateError) in
            var decision = erased.decision
            if decision == nil, erased.number < last {
                var survey = JournalSurvey()
                try survey.read(source, from: erased.number + 1, through: last) { false }
                decision = survey.husk(of: erased.number)
            }
            guard let decision, let entry = try source.entry(decision) else { return [] }
            return EraseDecision(parsing: entry.body.bytes ?? []).flatMap { Husk(parsing: $0.husk) }?.uids ?? []
        }
    }

    /// Has whoever holds words of changes read them again, once more: what else held some has lost them by now.
    package func rereadWords() {
        store.noteErasure()
        changes.wake()
    }

    /// Runs what blocks on a thread of its own.
    package func onThread<T: Sendable>(_ body: @escaping @Sendable () throws(StateError) -> T) async throws(StateError) -> T {
        let outcome: Result<T, StateError> = await withCheckedContinuation { continuation in
            WorkThread.start("weir-erase", givesWay: true) {
                do throws(StateError) { continuation.resume(returning: .success(try body())) } catch { continuation.resume(returning: .failure(error)) }
            }
        }
        return try outcome.get()
    }
}
