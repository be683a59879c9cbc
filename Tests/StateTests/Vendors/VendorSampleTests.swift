import Adapters
import FindingModel
import Foundation
import JSONDocument
import Journal
import Testing

@testable import State

/// The vendors' samples, from journal entries to changes, against what each must become.
struct VendorSampleTests {
    /// `Tests/VendorSamples`.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("VendorSamples")

    static let expectations: [Expectation] = {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent("expected.json")), let all = try? JSONValue(parsing: [UInt8](data)) else {
            return []
        }
        return (all.objectValue ?? []).compactMap { member in
            member.value.arrayValue.map { Expectation(sample: member.name, changes: $0.map(ExpectedChange.init)) }
        }
    }()

    @Test func everySampleHasAnExpectation() {
        #expect(Self.expectations.count >= 28)
    }

    @Test(arguments: expectations)
    func sampleBecomesWhatItMust(expectation: Expectation) async throws {
        let gate = try Self.gate()
        let generation = try await Self.configure(gate)
        try await gate.receive(Self.body(expectation.sample), source: expectation.vendor, generation: generation)
        try gate.catchUp()
        let changes = try gate.allChanges().filter { !$0.type.hasPrefix("notice.gateway_") }
        try expectation.check(changes)
        let outcomes = try await gate.queries.sources().first { $0.source == expectation.vendor }?.outcomes
        #expect(outcomes == [expectation.changes.isEmpty ? .ignored : .mapped: 1])
    }

    @Test func samplesSentTwiceMakeNoSecondChange() async throws {
        let gate = try Self.gate()
        let generation = try await Self.configure(gate)
        for round in 0..<2 {
            for expectation in Self.expectations {
                try await gate.receive(Self.body(expectation.sample), source: expectation.vendor, generation: generation)
                try gate.catchUp()
            }
            if round == 0 { #expect(try gate.allChanges().count > 30) }
        }
        let firstRound = try gate.allChanges().prefix { Int($0.id.split(separator: "-")[1]).map { $0 <= 2 + Self.expectations.count } ?? false }
        // Holm sends no event ids: its ticket really is opened, closed, opened and closed again.
        let later = try gate.allChanges().dropFirst(firstRound.count).filter { $0.source != "/sources/holm" }
        #expect(later.map(\.type) == [])
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds)
    }

    @Test func allSamplesReplayToTheSameBytes() async throws {
        let gate = try Self.gate()
        let generation = try await Self.configure(gate)
        for expectation in Self.expectations { try await gate.receive(Self.body(expectation.sample), source: expectation.vendor, generation: generation) }
        try gate.catchUp()
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp(batch: 3)
        #expect(try gate.dump() == (try replay.dump()))
    }

    static func gate() throws -> Gate {
        let gate = try Gate { journal in
            let configurations = ConfigurationReader(EntrySource(journal))
            return { ConfiguredMapper(configurations) }
        }
        // The samples are of 2024: a receipt must not lie before its event.
        gate.setTime(100_000_000)
        return gate
    }

    /// Writes the built-in adapters with a source for each vendor into the journal.
    static func configure(_ gate: Gate) async throws -> UInt64 {
        let sources = Adapter.builtIn.map { adapter in
            ProjectionConfiguration.Source(
                name: adapter.name, adapter: adapter.name, account: adapter.name, timezone: adapter.name == "holm" ? "Europe/Stockholm" : nil)
        }
        let configuration = ProjectionConfiguration(sources: sources, adapters: Adapter.builtIn)
        return try await gate.append(EntryDraft(kind: .config, body: configuration.encode()))
    }

    static func body(_ sample: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("samples/\(sample)"), encoding: .utf8)
    }
}

/// What one sample must become.
struct Expectation: Sendable, CustomTestStringConvertible {
    let sample: String
    let changes: [ExpectedChange]

    var vendor: String { String(sample.prefix { $0 != "/" }) }
    var testDescription: String { sample }

    /// The changes, in any order, are those expected.
    func check(_ actual: [Change]) throws {
        #expect(actual.count == changes.count, "\(sample): \(actual.map(\.type))")
        var left = actual
        for expected in changes {
            guard let index = try left.firstIndex(where: { try expected.fits($0) }) else {
                Issue.record("\(sample): no change is \(expected.type) with \(expected.facts) among \(left.map { $0.data.text })")
                continue
            }
            left.remove(at: index)
        }
    }
}

/// The type of a change, and facts about its data.
struct ExpectedChange: Sendable {
    let type: String
    let facts: [JSONMember]

    init(_ value: JSONValue) {
        type = value["type"]?.stringValue ?? ""
        facts = value["data"]?.objectValue ?? []
    }

    func fits(_ change: Change) throws -> Bool {
        guard Self.matches(type, .string(change.type)) else { return false }
        let data = try JSONValue(parsing: change.data.bytes)
        return facts.allSatisfy { fact in Self.value(at: fact.name, in: data).map { Self.matches(fact.value, $0) } ?? false }
    }

    private static func value(at path: String, in data: JSONValue) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(data)) { value, step in
            guard let value else { return nil }
            if let items = value.arrayValue { return Int(step).flatMap { items.indices.contains($0) ? items[$0] : nil } }
            return value[String(step)]
        }
    }

    private static func matches(_ expected: JSONValue, _ actual: JSONValue) -> Bool {
        guard case .string(let pattern) = expected else { return expected == actual }
        return matches(pattern, actual)
    }

    /// `*` ends a prefix; alone it stands for anything present.
    private static func matches(_ pattern: String, _ actual: JSONValue) -> Bool {
        if pattern == "*" { return true }
        guard let text = actual.stringValue else { return false }
        return pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : text == pattern
    }
}
