import FindingModel
import Testing

@testable import Journal

/// What a journal promises to those who use it through the port.
struct JournalTests {
    @Test func entriesComeBackAsTheyWereAppended() async throws {
        let folder = try TemporaryFolder()
        let journal = try SegmentJournal.open(folder.options()).journal
        let draft = EntryDraft(
            kind: .receipt, source: "shop", generation: 7, peer: "192.0.2.1",
            verdict: Verdict(scheme: "hmac", secretLabel: "first", signedTime: Timestamp(milliseconds: 1_700_000_000_123)),
            headers: [HeaderField(name: "x-event", value: "a"), HeaderField(name: "x-empty", value: "")], body: Array("{\"id\":1}".utf8))
        let appended = try await journal.append(draft)
        #expect(appended.number == 2 && !appended.duplicate)
        var reader = journal.reader(from: appended.number)
        let entry = try #require(try reader.next(limit: 10, maxBytes: 1 << 20).first)
        #expect(entry.kind == .receipt && entry.source == "shop" && entry.generation == 7 && entry.peer == "192.0.2.1")
        #expect(entry.verdict == draft.verdict && entry.headers == draft.headers)
        #expect(entry.bodySHA256 == draft.bodySHA256 && entry.body == .kept(draft.body) && entry.bodySize == draft.body.count)
        #expect(entry.receivedTime == appended.receivedTime)
        await journal.stop()
    }
}
