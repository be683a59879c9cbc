import Adapters
import FindingModel
import Foundation
import Journal
import Synchronization
import Testing

@testable import State

/// Bodies of the gateway's own entries that are damaged, beside a state.db that has to be made anew.
struct ConfigurationDamageTests {
    private static let sample = "probely/target_created.json"

    private static func configuration(_ names: [String]) -> [UInt8] {
        let sources = names.map { ProjectionConfiguration.Source(name: $0, adapter: $0, account: $0) }
        return ProjectionConfiguration(sources: sources, adapters: Adapter.builtIn).encode()
    }

    /// Flips a bit in the first place of the journal at which `content` stands.
    /// The reader of the journal that was opened again.
    private final class ReaderBox: Sendable {
        private let kept = Mutex<ConfigurationReader?>(nil)
        var value: ConfigurationReader? {
            get { kept.withLock { $0 } }
            set { kept.withLock { $0 = newValue } }
        }
    }

    private static func flip(_ content: [UInt8], in journal: String) throws {
        let url = URL(fileURLWithPath: journal + "/00000000000000000001.segment")
        var bytes = try Data(contentsOf: url)
        let place = try #require(bytes.range(of: Data(content)))
        bytes[place.lowerBound + content.count / 2] ^= 4
        try bytes.write(to: url)
    }

    /// The same journal with a flipped bit in the body of `content` and without state.db, projected again.
    private static func again(_ gate: Gate, flipping content: [UInt8], _ reader: ReaderBox) async throws -> Gate {
        let state = gate.folder.file("state.db")
        let again = try await Gate(again: gate) { journal in
            try flip(content, in: journal)
            for ending in ["", "-wal", "-shm", "-attempt"] { try? FileManager.default.removeItem(atPath: state + ending) }
        } mapping: { journal in
            let configurations = ConfigurationReader(EntrySource(journal))
            reader.value = configurations
            return { ConfiguredMapper(configurations) }
        }
        try again.catchUp()
        return again
    }

    @Test func oneOfTheSameHashStandsForADamagedConfiguration() async throws {
        let gate = try VendorSampleTests.gate(), content = Self.configuration(["probely"])
        let first = try await gate.append(EntryDraft(kind: .config, body: content))
        try await gate.receive(VendorSampleTests.body(Self.sample), source: "probely", generation: first)
        let second = try await gate.append(EntryDraft(kind: .config, body: content))
        try await gate.receive(VendorSampleTests.body("probely/target_deleted.json"), source: "probely", generation: second)
        try gate.catchUp()
        let before = try gate.allChanges()
        #expect(before.count >= 2)
        let reader = ReaderBox()
        let again = try await Self.again(gate, flipping: content, reader)
        #expect(try again.allChanges() == before)
        #expect(reader.value?.replaced.isEmpty == true, "an equal one is no other")
        await again.journal.stop()
    }

    @Test func theNearestStandsForADamagedConfigurationAndWhatIsMappedSoIsCounted() async throws {
        let gate = try VendorSampleTests.gate()
        let content = Self.configuration(["probely"]), other = Self.configuration(["hostedscan", "probely"])
        let first = try await gate.append(EntryDraft(kind: .config, body: content))
        try await gate.receive(VendorSampleTests.body(Self.sample), source: "probely", generation: first)
        let second = try await gate.append(EntryDraft(kind: .config, body: other))
        try await gate.receive(VendorSampleTests.body("probely/target_deleted.json"), source: "probely", generation: second)
        try gate.catchUp()
        let before = try gate.allChanges()
        let reader = ReaderBox()
        let again = try await Self.again(gate, flipping: content, reader)
        // Another configuration may make other changes: they are not those that were told under the same ids.
        let made = try again.allChanges()
        #expect(made.filter { !["notice.gateway_recovery", "notice.gateway_unreadable_entries"].contains($0.type) }.count == before.count)
        // What came behind them could be told otherwise than at first too.
        #expect(Set(made.map(\.id)).isDisjoint(with: before.map(\.id)))
        let replaced = try #require(reader.value?.replaced)
        #expect(replaced.map(\.receipts) == [1] && replaced.first?.configuration.generation == first && replaced.first?.configuration.used == second)
        #expect(try await again.queries.conservation(EntrySource(again.journal)).holds)
        await again.journal.stop()
    }

    @Test func withoutAnyConfigurationReceiptsAreUnreadableAndTheProjectorGoesOn() async throws {
        let gate = try VendorSampleTests.gate(), content = Self.configuration(["probely"])
        let only = try await gate.append(EntryDraft(kind: .config, body: content))
        try await gate.receive(VendorSampleTests.body(Self.sample), source: "probely", generation: only)
        let reader = ReaderBox()
        let again = try await Self.again(gate, flipping: content, reader)
        let counts = try await again.queries.conservation(EntrySource(again.journal))
        #expect(counts.holds && counts.count(.unreadable) == 1)
        #expect(reader.value?.replaced.first?.configuration.used == .some(nil))
        await again.journal.stop()
    }

    @Test(arguments: EntryKind.allCases) func noDamagedBodyStopsTheProjector(kind: EntryKind) async throws {
        var script = Script()
        for name in ["a", "b"] { script.add(name, key: name, at: 1) { .finding($0, name) } }
        let gate = try Gate(script)
        try await gate.receive("a")
        let body = Array("{\"generation\":1,\"receipt\":2,\"action\":\"void\",\"kind\":\"x\",\"summary\":\"y\",\"tag\":\"abcdefgh\"}".utf8)
        _ = try await gate.append(EntryDraft(kind: kind, body: body))
        try await gate.receive("b")
        let again = try await Gate(again: gate) { try Self.flip(body, in: $0) }
        try again.catchUp()
        #expect(try again.allChanges().filter { $0.type == "finding.opened" }.count == 2)
        #expect(try await again.queries.conservation(EntrySource(again.journal)).holds)
        await again.journal.stop()
    }
}
