import FindingModel
import Foundation
import Journal
import Testing

@testable import Gateway

/// The heads that are sent out.
struct CheckpointTests {
    @Test func aCheckpointNamesTheEndBeforeItAndAnIdleJournalGetsNoSecondOne() async throws {
        let folder = NSTemporaryDirectory() + "weir-checkpoints-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = SegmentJournalOptions(directory: folder) { error in Issue.record("\(error.message)") }
        options.segmentBytes = 1 << 20
        options.diskReserve = .none
        let journal = try SegmentJournal.open(options).journal
        let receipt = try await journal.append(EntryDraft(kind: .receipt, source: "shop", body: Array("{}".utf8))).number
        let head = try #require(journal.head)
        #expect(head.number == receipt)
        let first = try await Checkpoints.write(journal, after: nil)
        #expect(first == receipt + 1)
        var reader = journal.reader(from: receipt + 1)
        let entry = try #require(try reader.next(limit: 1, maxBytes: 1 << 20).first)
        #expect(entry.kind == .checkpoint && entry.body.bytes.flatMap { JournalHead(parsing: $0) } == head)
        #expect(try await Checkpoints.write(journal, after: first) == first)
        #expect(journal.watermark == receipt + 1)
        _ = try await journal.append(EntryDraft(kind: .receipt, source: "shop", body: Array("[]".utf8)))
        #expect(try await Checkpoints.write(journal, after: first) == receipt + 3)
        await journal.stop()
    }
}
