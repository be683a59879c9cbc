import Adapters
import FindingModel
import Foundation
import JSONDocument
import Journal
import Testing

@testable import State

/// Says when the number of the projection's rules has to be raised: under one number the same entries make the same changes, whatever the code.
///
/// `Tests/Fixtures/Projection` holds a journal and what it amounts to by the rules of each number so far that matters. When this test fails, and the
/// difference is meant, `ProjectionConfiguration.presentRules` goes up by one, and `WEIR_GOLDEN=write swift test --filter GoldenJournalTests` writes the
/// new file; the journal stays.
struct GoldenJournalTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Projection")
    private static let segment = "00000000000000000001.segment"
    private static var writes: Bool { ProcessInfo.processInfo.environment["WEIR_GOLDEN"] == "write" }

    @Test func theSameEntriesMakeTheSameChangesUnderOneNumberOfRules() async throws {
        let file = Self.folder.appendingPathComponent("rules-\(ProjectionConfiguration.presentRules).ndjson")
        let golden = Self.folder.appendingPathComponent("golden.segment")
        if Self.writes, !FileManager.default.fileExists(atPath: golden.path) { try await Self.writeJournal(golden) }
        let lines = try await Self.project(golden)
        #expect(lines.count > 60 && Set(lines.map { $0.prefix { $0 != " " } }).count == lines.count)
        if Self.writes, !FileManager.default.fileExists(atPath: file.path) {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        }
        let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for (line, wanted) in zip(lines, expected) where line != wanted {
            Issue.record("the rules make another change than under the same number before:\n\(line)\n\(wanted)")
            return
        }
        #expect(lines.count == expected.count)
    }

    /// Every change of the golden journal: the end of its id, and what it says but for the tag.
    private static func project(_ golden: URL) async throws -> [String] {
        let gate = try Gate { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: golden.path, toPath: folder + "/" + segment)
        } mapping: { journal in
            let configurations = ConfigurationReader(EntrySource(journal))
            return { ConfiguredMapper(configurations) }
        }
        let last = try #require(try RebuildMark.last(in: gate.journal))
        try gate.catchUp(through: last)
        let changes = try gate.allChanges()
        await gate.journal.stop()
        // The gateway's own notices are named by the tag.
        return changes.filter { !$0.type.hasPrefix("notice.gateway_") || $0.type == "notice.gateway_drift" }.map { change in
            let subject = change.type.hasPrefix("notice.gateway_") ? "-" : change.subject
            let data = change.type.hasPrefix("notice.gateway_") ? "-" : change.data.text
            return "\(change.id.dropFirst(9)) \(change.type) \(subject) \(change.time.rfc3339)\(change.isLate ? " late" : "") \(data)"
        }
    }

    /// The last entry of the golden journal: a tick that says so.
    private enum RebuildMark {
        static let body = Array("{\"golden\":true}".utf8)

        static func last(in journal: SegmentJournal) throws -> UInt64? {
            var reader = journal.reader(from: 1)
            return try reader.next(limit: 10_000, maxBytes: 64 << 20).last { $0.kind == .tick && $0.body.bytes == body }?.number
        }
    }

    /// Every sample of every vendor twice, histories with unknown words, late and equal moments, lists both ways, a clock that was ahead, a void, and a
    /// rebuild.
    private static func writeJournal(_ golden: URL) async throws {
        let gate = try VendorSampleTests.gate()
        let generation = try await VendorSampleTests.configure(gate)
        for round in 0..<2 {
            gate.setTime(100_000_000 + Int64(round) * 60)
            for expectation in VendorSampleTests.expectations {
                try await gate.receive(VendorSampleTests.body(expectation.sample), source: expectation.vendor, generation: generation)
            }
        }
        for (number, history) in HistoryTests.histories.enumerated() {
            for event in history.events {
                let body = event.body.replacingOccurrences(of: "R1", with: "R1-\(number)").replacingOccurrences(of: "\"S1\"", with: "\"S1-\(number)\"")
                try await gate.receive(body, source: event.source, generation: generation)
            }
        }
        let first = gate.journal.watermark
        gate.setTime(200_000_000)
        try await gate.receive(HistoryTests.Event.risk(7, "OPEN", id: "ahead").body, source: "hostedscan", generation: generation)
        gate.setTime(100_000_300)
        try await gate.receive(HistoryTests.Event.risk(7, "CLOSED", id: "ahead").body, source: "hostedscan", generation: generation)
        let void = VoidDecision(source: "hostedscan", beginning: .receipt(first - 9), end: .receipt(first - 3), reason: "a test", who: "me")
        _ = try await gate.append(EntryDraft(kind: .decision, body: void.bytes))
        _ = try await gate.append(RebuildNote(generation: generation).draft)
        // A month later the keys of the first samples are let go.
        gate.setTime(100_000_300 + 31 * 24 * 3600)
        for expectation in VendorSampleTests.expectations {
            try await gate.receive(VendorSampleTests.body(expectation.sample), source: expectation.vendor, generation: generation)
        }
        _ = try await gate.append(EntryDraft(kind: .tick, body: RebuildMark.body))
        let folder = gate.folder.file("journal")
        await gate.journal.stop()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + segment))
        // What was prepared and not written to is zeros.
        let used = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
        bytes = bytes.prefix((used + 4095) / 4096 * 4096)
        try FileManager.default.createDirectory(at: golden.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: golden)
    }
}
