import Adapters
import FindingModel
import Foundation
import GRDB
import Journal
import Testing

@testable import State

/// Configurations that the journal could not read for a while: others stand for them, and what was mapped so is told anew when they are back.
struct LostConfigurationTests {
    /// What each id said; one that says two things is an issue.
    private struct Told {
        private var known: [String: String] = [:]

        mutating func look(_ gate: Gate, _ comment: Comment? = nil) throws {
            for change in try gate.allChanges() {
                let content = "\(change.type) \(change.subject) \(change.data.text)"
                if let before = known.updateValue(content, forKey: change.id) { #expect(before == content, comment) }
            }
        }

        func has(_ change: Change) -> Bool { known[change.id] != nil }
    }

    private static let stateFiles = ["state.db", "state.db-wal", "state.db-shm", "state.db-attempt"]

    private static func mapping(_ journal: SegmentJournal) -> @Sendable () -> any ReceiptMapper {
        let configurations = ConfigurationReader(EntrySource(journal))
        return { ConfiguredMapper(configurations) }
    }

    /// A configuration by which the account of all that comes is `account`.
    private static func configuration(_ account: String) -> [UInt8] {
        let manifests = Adapter.builtIn.filter { $0.name == "hostedscan" }.map { ProjectionConfiguration.Manifest(name: $0.name, yaml: $0.manifest) }
        let source = ProjectionConfiguration.Source(name: "hostedscan", adapter: "hostedscan", account: account)
        return ProjectionConfiguration(manifests: manifests, sources: [source], rules: ProjectionConfiguration.presentRules).encode()
    }

    private static func configure(_ gate: Gate, _ account: String) async throws -> UInt64 {
        try await gate.append(EntryDraft(kind: .config, body: configuration(account)))
    }

    private static func receive(_ gate: Gate, _ minute: Int, _ status: String, id: String, _ generation: UInt64) async throws -> UInt64 {
        try await gate.receive(HistoryTests.Event.risk(minute, status, id: id).body, source: "hostedscan", generation: generation)
    }

    private static func opened() throws -> Gate {
        let gate = try Gate(mapping: mapping)
        gate.setTime(100_000_000)
        return gate
    }

    /// Where the only entry with the configuration of `account` stands in the journal's file.
    private static func place(of account: String, in gate: Gate) throws -> Int {
        let bytes = try Data(contentsOf: file(gate.folder.file("journal"))), content = configuration(account)
        return try #require(bytes.range(of: Data(content))).lowerBound + content.count / 2
    }

    private static func file(_ journal: String) -> URL { URL(fileURLWithPath: journal + "/00000000000000000001.segment") }

    /// The same files after the byte at `place` was turned over, or back.
    private static func reopened(_ gate: Gate, turning place: Int? = nil, losesState: Bool = false) async throws -> Gate {
        let folder = gate.folder
        let again = try await Gate(again: gate) { journal in
            if let place {
                var bytes = try Data(contentsOf: file(journal))
                bytes[place] ^= 4
                try bytes.write(to: file(journal))
            }
            for name in stateFiles where losesState { try? FileManager.default.removeItem(atPath: folder.file(name)) }
        } mapping: {
            mapping($0)
        }
        for _ in 0..<2 { try again.catchUp() }
        return again
    }

    private static func records(_ gate: Gate) throws -> [String] {
        try gate.store.read { try String.fetchAll($0, sql: "SELECT uid || ' ' || status FROM records WHERE kind != 3 AND known = 1 ORDER BY uid") }
    }

    /// It is back when its bytes are, or when one of the same content comes.
    @Test(arguments: [false, true]) func aConfigurationThatIsBackIsTakenIn(byAnEqualOne: Bool) async throws {
        let before = try Self.opened()
        var told = Told()
        let one = try await Self.configure(before, "one")
        _ = try await Self.receive(before, 0, "OPEN", id: "R1", one)
        let two = try await Self.configure(before, "two")
        _ = try await Self.receive(before, 1, "OPEN", id: "R1", two)
        _ = try await Self.receive(before, 2, "CLOSED", id: "R1", two)
        let three = try await Self.configure(before, "three")
        _ = try await Self.receive(before, 3, "OPEN", id: "R1", three)
        _ = try await Self.receive(before, 4, "CLOSED", id: "R1", one)
        try before.catchUp()
        try told.look(before)
        let whole = try Self.records(before), place = try Self.place(of: "two", in: before)
        #expect(whole.count == 3)

        let lost = try await Self.reopened(before, turning: place, losesState: true)
        #expect(try lost.allChanges().filter { $0.kind == .finding }.allSatisfy { !told.has($0) }, "what depends on it has new ids")
        try told.look(lost)
        #expect(try await lost.queries.unreadable() == UnreadableEntries(count: 1, first: two))
        #expect(try await lost.queries.conservation(EntrySource(lost.journal)).count(.unreadable) == 0, "the receipts can be read")
        #expect(try Self.records(lost).count == 2)
        // A configuration that comes later does not stand for it.
        _ = try await Self.configure(lost, "four")
        let later = try await Self.reopened(lost, losesState: true)
        try told.look(later)

        let gate = try await Self.reopened(later, turning: byAnEqualOne ? nil : place)
        #expect(byAnEqualOne ? try await gate.takeInAgain() == nil : true)
        if byAnEqualOne { _ = try await Self.configure(gate, "two") }
        _ = try #require(try await gate.takeInAgain())
        try told.look(gate)
        #expect(try Self.records(gate) == whole)
        #expect(try await gate.queries.unreadable() == nil)
        #expect(try await gate.takeInAgain() == nil)
        let anew = try Gate(beside: gate, state: "anew.db")
        for _ in 0..<2 { try anew.catchUp() }
        try told.look(anew, "made anew")
        #expect(try anew.allChanges() == gate.allChanges())
        #expect(try Self.records(anew) == whole)
        await gate.journal.stop()
    }

    /// Where state.db has come past its place it was used before: it is left out from the first receipt on that is mapped without it.
    @Test func aConfigurationThatIsLostLaterIsLeftOutFromWhereItIsNeeded() async throws {
        let before = try Self.opened()
        var told = Told()
        let one = try await Self.configure(before, "one")
        _ = try await Self.receive(before, 0, "OPEN", id: "R1", one)
        let two = try await Self.configure(before, "two")
        _ = try await Self.receive(before, 1, "OPEN", id: "R1", two)
        try before.catchUp()
        try told.look(before)
        let next = try await Self.receive(before, 2, "CLOSED", id: "R1", two)
        let place = try Self.place(of: "two", in: before)
        let lost = try await Self.reopened(before, turning: place)
        try told.look(lost)
        let notes = try lost.entries().compactMap { UnreadNote(parsing: $0.body.bytes ?? []) }
        #expect(notes == [UnreadNote(entries: EntryRanges([two...two]), during: next)])
        let ofOne = try #require(try lost.allChanges().first?.subject)
        #expect(try lost.allChanges().last { $0.kind == .finding }.map { [$0.type, $0.subject] } == ["finding.fixed", ofOne])
        #expect(try await lost.queries.unreadable() == UnreadableEntries(count: 1, first: two))
        // Made of nothing meanwhile, all that was mapped with it is without it.
        let anew = try await Self.reopened(lost, losesState: true)
        try told.look(anew)
        #expect(try Self.records(anew).count == 1)

        let gate = try await Self.reopened(anew, turning: place)
        _ = try #require(try await gate.takeInAgain())
        try told.look(gate)
        #expect(try Self.records(gate).count == 2)
        let second = try #require(try gate.allChanges().first { $0.subject != ofOne && $0.kind == .finding }?.subject)
        #expect(try gate.allChanges().last { $0.subject == second }?.type == "finding.fixed")
        #expect(
            try gate.allChanges().last { $0.subject == ofOne }?.type == "finding.opened"
                || gate.allChanges().last { $0.subject == ofOne }?.type == "finding.reopened")
        let again = try Gate(beside: gate, state: "anew.db")
        for _ in 0..<2 { try again.catchUp() }
        try told.look(again, "made anew")
        #expect(try again.allChanges() == gate.allChanges())
        await gate.journal.stop()
    }
}
