import Adapters
import FindingModel
import Foundation
import GRDB
import Journal
import Testing

@testable import State

/// Mapping everything anew.
struct RebuildTests {
    /// What adapters of generation 0 and of later ones make of the same receipts.
    private static var script: Script {
        var script = Script()
        func add(_ name: String, _ key: String? = nil, at seconds: Int64 = 1, _ record: @escaping @Sendable (Entry, _ isNew: Bool) -> MappedRecord?) {
            script.add(name) { entry, generation in
                let record = record(entry, generation != 0)
                return MappedEvent(
                    key: key ?? name, kind: "k", kindRank: 0, time: Making.time(seconds), latestTime: Making.time(seconds), ignored: record == nil,
                    records: record.map { [$0] } ?? [], drift: [])
            }
        }
        add("same") { entry, _ in .finding(entry, "same") }
        add("worse than thought") { entry, isNew in .finding(entry, "worse", severity: isNew ? .critical : .low) }
        add("fixed, really") { entry, isNew in .finding(entry, "fixed", isNew ? .fixed : .open) }
        add("nothing, really") { entry, isNew in isNew ? nil : .finding(entry, "nothing") }
        add("something, really") { entry, isNew in isNew ? .finding(entry, "something") : nil }
        add("scan, really nothing") { entry, isNew in isNew ? nil : .scan(entry, "S", .started) }
        add("later", at: 9) { entry, _ in .finding(entry, "worse", .fixed) }
        add("nothing again", at: 9) { entry, _ in .finding(entry, "nothing", .fixed) }
        return script
    }

    private static let receipts = ["same", "worse than thought", "fixed, really", "nothing, really", "something, really", "scan, really nothing"]

    private func gate() async throws -> Gate {
        let gate = try Gate(Self.script)
        for body in Self.receipts { try await gate.receive(body) }
        try gate.catchUp()
        return gate
    }

    @Test func previewListsWhatWouldDifferAndChangesNothing() async throws {
        let gate = try await gate()
        let before = try gate.dump()
        var differences: [String: String?] = [:]
        let preview = RebuildPreview(store: gate.store, source: EntrySource(gate.journal), journal: gate.journal)
        let count = try preview.run(makeMapper: { Self.script.mapper() }) { differences[$0.uid] = $0.changeType }
        #expect(count == 5)
        #expect(
            differences == [
                Making.uid(.finding, "worse"): "finding.updated", Making.uid(.finding, "fixed"): "finding.fixed",
                Making.uid(.finding, "nothing"): "finding.ignored", Making.uid(.finding, "something"): "finding.opened",
                Making.uid(.scan, "S"): "scan.cancelled",
            ])
        #expect(try gate.dump() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: gate.folder.path).filter { $0.contains("preview") } == [])
    }

    @Test func applicationAnswersWithCorrectingChanges() async throws {
        let gate = try await gate()
        let old = try gate.allChanges()
        let entry = try await gate.append(RebuildNote(generation: 7).draft)
        #expect(try await gate.changes(of: "later", "nothing again").count == 7)
        let changes = try gate.allChanges()
        #expect(Array(changes.prefix(old.count)) == old)
        let made = changes.dropFirst(old.count).filter { $0.id.contains("-\(entry)-") }
        #expect(made.map(\.subject) == made.map(\.subject).sorted())
        #expect(
            Set(made.map { "\($0.subject) \($0.type)" }) == [
                "\(Making.uid(.finding, "worse")) finding.updated", "\(Making.uid(.finding, "fixed")) finding.fixed",
                "\(Making.uid(.finding, "nothing")) finding.ignored", "\(Making.uid(.finding, "something")) finding.opened",
                "\(Making.uid(.scan, "S")) scan.cancelled",
            ])
        #expect(changes.map(\.sequence) == Array(1...UInt64(changes.count)))
        #expect(changes.suffix(2).map(\.type) == ["finding.fixed", "finding.fixed"])
        #expect(try await gate.finding("something")?.status == .open)
        #expect(try await gate.queries.record(Making.uid(.scan, "S")) == nil)
        #expect(try await gate.queries.sources().first?.outcomes == [.mapped: 6, .ignored: 2])
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds)
    }

    @Test func rebuildIsReplayedLikeEverythingElse() async throws {
        let gate = try await gate()
        _ = try await gate.append(RebuildNote(generation: 7).draft)
        try await gate.receive("later")
        try gate.catchUp()
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp(batch: 2)
        #expect(try gate.dump() == (try replay.dump()))
    }

    @Test func interruptedRebuildGoesOnWhereItWas() async throws {
        let gate = try await gate()
        _ = try await gate.append(RebuildNote(generation: 7).draft)
        let other = try Gate(beside: gate, state: "interrupted.db")
        try gate.catchUp()
        try other.catchUp(through: gate.journal.watermark - 1)
        var reader = gate.journal.reader(from: gate.journal.watermark)
        let entry = try #require(try reader.next(limit: 1, maxBytes: 1 << 20).first)
        // Stopped at each question in turn, until it is through.
        for patience in 0..<60 {
            var left = patience
            let application = RebuildApplication(
                store: other.store, journal: gate.journal, makeMapper: { Self.script.mapper() }, options: ProjectorOptions(),
                shouldStop: {
                    left -= 1
                    return left < 0
                })
            if try application.apply(entry, .rebuild(RebuildNote(generation: 7))) != nil { break }
        }
        #expect(try gate.dump() == (try other.dump()))
    }
}
