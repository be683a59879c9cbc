import Journal
import Testing

@testable import Ingest

/// The port with the journal's own engine behind it.
struct DurabilityTests {
    @Test func everyReceiptThatWasAnsweredIsInTheJournal() async throws {
        let folder = try TemporaryFolder()
        var options = SegmentJournalOptions(directory: folder.path + "/journal") { error in Issue.record("\(error.message)") }
        options.segmentBytes = 1 << 20
        options.diskReserve = .none
        let journal = try SegmentJournal.open(options).journal
        let answered = try await Gateway.run(on: journal) { gateway throws in
            var receipts: [String: String] = [:]
            let clients = try (0..<16).map { _ in try gateway.client() }
            for round in 0..<20 {
                for (index, client) in clients.enumerated() { client.send(Samples.signed("{\"n\":\(round * 100 + index)}")) }
                for (index, client) in clients.enumerated() {
                    let answer = try client.answer()
                    #expect(answer.status == 200)
                    receipts[answer.receipt] = "{\"n\":\(round * 100 + index)}"
                }
            }
            #expect(try gateway.answer(Samples.signed("{\"n\":0}")).receipt == receipts.first { $0.value == "{\"n\":0}" }?.key)
            return receipts
        }
        #expect(answered.count == 320)
        var reader = journal.reader(from: 1)
        var kept: [String: String] = [:]
        while case let entries = try reader.next(limit: 1000, maxBytes: 1 << 20), !entries.isEmpty {
            for entry in entries where entry.kind == .receipt { kept[String(entry.number)] = String(decoding: entry.body.bytes ?? [], as: UTF8.self) }
        }
        #expect(kept == answered)
        await journal.stop()
        withExtendedLifetime(folder) {}
    }
}
