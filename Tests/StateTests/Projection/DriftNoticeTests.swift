import Adapters
import FindingModel
import Journal
import Testing

@testable import State

/// How often what adapters do not know is told: once an hour for a source, by the receipt times of entries, with everything since.
struct DriftNoticeTests {
    private static var script: Script {
        var script = Script()
        for number in 0..<50 {
            script.add("d\(number)", key: "d\(number)", at: 1, drift: [Drift(kind: .field, place: "$.host-\(number)")]) { .finding($0) }
        }
        script.add("plain", key: "p", at: 1) { .finding($0) }
        return script
    }

    private static func drifts(_ gate: Gate) throws -> [String] {
        try gate.allChanges().filter { $0.type == "notice.gateway_drift" }.map { String(decoding: $0.data.bytes, as: UTF8.self) }
    }

    @Test func floodOfPlacesIsToldOnceAnHourWithWhatItStandsFor() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<20 { try await gate.receive("d\(number)") }
        gate.setTime(1000 + 3599)
        try await gate.receive("d20")
        try gate.catchUp(batch: 3)
        #expect(try Self.drifts(gate).count == 1)
        gate.setTime(1000 + 3600)
        try await gate.receive("d21")
        try gate.catchUp(batch: 3)
        let told = try Self.drifts(gate)
        #expect(told.count == 2)
        #expect(told.first?.contains(#""count":1"#) ?? false)
        #expect(told.last?.contains(#""count":21"#) ?? false)
        #expect(told.last?.contains("and 16 more") ?? false)
    }

    @Test func nextReceiptOfTheSourceTellsWhatIsLeft() async throws {
        let gate = try Gate(Self.script)
        _ = try await gate.changes(of: "d0", "d1")
        gate.setTime(1000 + 3600)
        #expect(try await gate.changes(of: "plain") == ["notice.gateway_drift"])
        gate.setTime(1000 + 9000)
        #expect(try await gate.changes(of: "plain") == [])
    }

    @Test(arguments: [EntryKind.tick, .checkpoint])
    func withoutReceiptsTheGatewaysOwnEntriesTellWhatIsLeft(kind: EntryKind) async throws {
        let gate = try Gate(Self.script)
        for (source, bodies) in [("a", ["d0", "d1"]), ("b", ["d2", "d3"])] {
            for body in bodies { try await gate.receive(body, source: source) }
        }
        _ = try await gate.append(EntryDraft(kind: kind, body: Array("{}".utf8)))
        try gate.catchUp()
        #expect(try Self.drifts(gate).count == 2)
        gate.setTime(1000 + 3600)
        _ = try await gate.append(EntryDraft(kind: kind, body: Array("{}".utf8)))
        try gate.catchUp()
        let told = try Self.drifts(gate).suffix(2)
        #expect(told.allSatisfy { $0.contains("$.host-1\"") || $0.contains("$.host-3\"") } && told.count == 2)
        #expect(try Set(gate.allChanges().filter { $0.type == "notice.gateway_drift" }.map(\.subject)).count == 4)
    }

    @Test func clockThatWasAheadKeepsNothingBack() async throws {
        let gate = try Gate(Self.script)
        gate.setTime(1_000_000)
        try await gate.receive("d0")
        try gate.catchUp()
        var ledger = try gate.store.withWriter { try DriftLedger(from: $0) }
        ledger.count([DriftPlace(kind: "field", place: "$.late")], source: 1, entry: 99, received: Making.time(2000).milliseconds)
        #expect(ledger.tell(1, entry: 99, received: Making.time(2000).milliseconds).map(\.place) == ["$.late"])
    }

    @Test func whatWasToldSurvivesARestartAndAReplay() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<10 {
            try await gate.receive("d\(number)", source: number % 2 == 0 ? "a" : "b")
            gate.setTime(1000 + Int64(number) * 1000)
        }
        try gate.catchUp(batch: 1)
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try gate.dump() == (try replay.dump()))
        #expect(try Self.drifts(gate).count > 3)
    }
}
