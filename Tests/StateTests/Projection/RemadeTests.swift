import Adapters
import FindingModel
import Foundation
import Journal
import Testing

@testable import State

/// state.db made again by other rules than those that its changes were made by first: no id gets a second content.
struct RemadeTests {
    /// Maps as the version did whose rules the configurations name.
    private final class FormerMapper: ReceiptMapper {
        private let mapper: ConfiguredMapper

        init(_ journal: any Journal) { mapper = ConfiguredMapper(ConfigurationReader(EntrySource(journal))) }

        func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
            try mapper.map(entry, body: body, generation: generation)
        }

        func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool { try mapper.knows(source, generation: generation) }
    }

    private static func configuration(rules: Int) -> [UInt8] {
        let manifests = Adapter.builtIn.filter { $0.name == "hostedscan" }.map { ProjectionConfiguration.Manifest(name: $0.name, yaml: $0.manifest) }
        let source = ProjectionConfiguration.Source(name: "hostedscan", adapter: "hostedscan", account: "hostedscan")
        return ProjectionConfiguration(manifests: manifests, sources: [source], rules: rules).encode()
    }

    /// Three changes by older rules, then, after an upgrade, two by those of this version.
    private func upgraded() async throws -> (gate: Gate, upgrade: UInt64) {
        let gate = try Gate { journal in { FormerMapper(journal) } }
        gate.setTime(100_000_000)
        let old = try await gate.append(EntryDraft(kind: .config, body: Self.configuration(rules: ProjectionConfiguration.presentRules - 1)))
        for minute in 0..<3 { try await receive(gate, minute, old) }
        try gate.catchUp()
        let again = try await Gate(again: gate)
        let new = try await again.append(EntryDraft(kind: .config, body: Self.configuration(rules: ProjectionConfiguration.presentRules)))
        for minute in 3..<5 { try await receive(again, minute, new) }
        try again.catchUp()
        #expect(try again.allChanges().count == 5)
        return (again, new)
    }

    private func receive(_ gate: Gate, _ minute: Int, _ generation: UInt64) async throws {
        try await gate.receive(HistoryTests.Event.risk(minute, "OPEN", id: "R\(minute)").body, source: "hostedscan", generation: generation)
    }

    private func reopened(_ gate: Gate, losesState: Bool) async throws -> Gate {
        let state = gate.folder.file("state.db")
        let again = try await Gate(again: gate) { _ in
            for ending in ["", "-wal", "-shm", "-attempt"] where losesState { try? FileManager.default.removeItem(atPath: state + ending) }
        } mapping: { journal in
            let configurations = ConfigurationReader(EntrySource(journal))
            return { ConfiguredMapper(configurations) }
        }
        // The first brings the note into the journal, the second takes it in.
        for _ in 0..<2 { try again.catchUp() }
        return again
    }

    private func notes(_ gate: Gate) throws -> [RecoveryNote] {
        var reader = gate.journal.reader(from: 1)
        return try reader.next(limit: 1000, maxBytes: 8 << 20).filter { $0.kind == .recovery }.compactMap { RecoveryNote(parsing: $0.body.bytes ?? []) }
            .filter { if case .remade = $0.reason { true } else { false } }
    }

    @Test func aStateOfOlderRulesIsNotProjectedAnew() async throws {
        let (gate, _) = try await upgraded()
        let before = try gate.allChanges()
        let again = try await reopened(gate, losesState: false)
        #expect(try again.allChanges() == before && notes(again).isEmpty)
        await again.journal.stop()
    }

    @Test func changesThatAreMadeAgainByOtherRulesHaveIDsOfTheirOwnForEver() async throws {
        let (gate, upgrade) = try await upgraded()
        let before = try gate.allChanges()
        let again = try await reopened(gate, losesState: true)
        let note = try #require(try notes(again).first)
        #expect(note.reason == .remade(entry: upgrade - 1, rules: ProjectionConfiguration.presentRules))
        #expect(note.tag == again.journal.tag && !before.contains { $0.id.hasPrefix(note.tag) })
        let made = try again.allChanges()
        #expect(made.map(\.type) == before.map(\.type) + ["notice.gateway_recovery"])
        #expect(made.prefix(3).map(\.id) == before.prefix(3).map { note.tag + $0.id.dropFirst(8) })
        #expect(made.dropFirst(3).prefix(2) == before.suffix(2))
        // A sink that was told any of them stands where it stood.
        let source = EntrySource(again.journal)
        let feed = StateChangeFeed(
            store: again.store, signal: ChangeSignal(), archive: ReceiptArchive(source, configurations: ConfigurationReader(source)))
        for change in before { #expect(try await feed.place(of: change.id) == .at(change.sequence), "\(change.id)") }
        #expect(try await feed.place(of: before[1].id.dropLast() + "2") == .gone(after: 2))
        #expect(try await feed.place(of: "zzzzzzzz" + before[1].id.dropFirst(8)) != .at(2))
        #expect(try await again.queries.changeCount(ofEntry: ChangeID(before[1].id)?.entry ?? 0) == 1)

        let third = try await reopened(again, losesState: true)
        #expect(try third.allChanges() == made && notes(third) == [note])
        await third.journal.stop()
    }
}
