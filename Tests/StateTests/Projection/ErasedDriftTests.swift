import Adapters
import FindingModel
import Journal
import Testing

@testable import State

/// Words of an erased receipt that its adapter did not know: among the drift of its source, and in notices of it.
struct ErasedDriftTests: ErasureTesting {
    private static var script: Script {
        var script = Script()
        script.add("first", key: "1", at: 1) { finding($0, [.title]) { $0.title = "plain" } }
        script.add("word", key: "2d", at: 2, kind: "\(secret) kind", drift: [Drift(kind: .kind, place: secret), Drift(kind: .enum, place: "$.a: \(secret)")]) {
            finding($0, []) { $0.vendorSeverity = secret }
        }
        script.add(
            "word again", key: "2f", at: 2, kind: "\(secret) kind", drift: [Drift(kind: .kind, place: secret), Drift(kind: .enum, place: "$.a: \(secret)")]
        ) {
            finding($0, [], .open, "b") { $0.vendorSeverity = secret }
        }
        script.add(
            "words", key: "2g", at: 2,
            drift: [
                Drift(kind: .json, place: "$.raw"), Drift(kind: .enum, place: "$.z: last"), Drift(kind: .enum, place: "$.a: \(secret)"),
                Drift(kind: .enum, place: "$.a: A"),
            ]
        ) { finding($0, []) }
        script.add("other word", key: "2e", at: 2, drift: [Drift(kind: .enum, place: "$.a: other")]) { finding($0, []) }
        return script
    }

    @Test func wordsThatTheAdapterDoesNotKnowGoFromDriftAndItsNotices() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("word")
        try await gate.receive("other word")
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "notice.gateway_drift"])
        try await erase(gate, receipt)
        let places = try await gate.queries.drift(ofSource: "shop").map(\.place.place).sorted()
        #expect(places == ["$.a: other", "(erased \(receipt).0000)", "(erased \(receipt).0001)"])
        #expect(try await gate.queries.events(EventFilter()).last?.kind == "(erased)")
        try await expectGone(gate)
    }

    @Test(arguments: [["word", "word again"], ["word again", "word"]])
    func aWordThatSeveralReceiptsHaveGoesWithTheLastOfThem(order: [String]) async throws {
        let gate = try Gate(Self.script)
        var receipts: [String: UInt64] = [:]
        for body in ["word", "word again", "other word"] { receipts[body] = try await gate.receive(body) }
        try await erase(gate, try #require(receipts[order[0]]))
        let left = try await gate.queries.drift(ofSource: "shop").first { $0.place.place == "$.a: \(Self.secret)" }
        #expect(left?.count == 1, "what the other one said stays")
        try await erase(gate, try #require(receipts[order[1]]))
        #expect(try await !gate.queries.drift(ofSource: "shop").contains { $0.place.place.contains(Self.secret) })
        try await expectGone(gate)
        try await gate.receive("words")
        try gate.catchUp()
        #expect(try await gate.queries.drift(ofSource: "shop").contains { $0.place.place.contains(Self.secret) }, "who says it again says something new")
        try expectTheSameAgain(gate)
    }

    @Test func aNoticeThatComesLaterTellsWhatIsLeftInTheSameOrder() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("other word")
        let first = try await gate.receive("words")
        let second = try await gate.receive("word again")
        try await erase(gate, first)
        gate.setTime(1000 + 3600)
        try await gate.receive("other word")
        try gate.catchUp()
        let told = try #require(try gate.allChanges().last { $0.type == "notice.gateway_drift" })
        #expect(told.data.text.contains("enum (erased), enum $.a: \(Self.secret), enum (erased), json $.raw"), "\(told.data.text)")
        try expectTheSameAgain(gate)
        try await erase(gate, second)
        try await expectGone(gate)
        let notice = try #require(try await gate.queries.record(told.subject))
        #expect(notice.data == (try gate.allChanges().first { $0.id == told.id }?.data), "the record is as its change tells it")
    }

    @Test(arguments: [["void"], ["void", "rebuild"], ["rebuild", "void"], ["void", "rebuild", "word again"], ["word again", "void", "rebuild"]])
    func aNoticeOfDriftLosesWordsOfAReceiptThatNoLongerCounts(steps: [String]) async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("first")
        gate.setTime(1100)
        let receipt = try await gate.receive("word")
        gate.setTime(1200)
        var other: UInt64?
        for step in steps {
            switch step {
            case "void": try await void(gate)
            case "rebuild": _ = try await gate.append(RebuildNote(generation: 4).draft)
            default: other = try await gate.receive(step)
            }
        }
        try gate.catchUp()
        #expect(try gate.allChanges().contains { $0.type == "notice.gateway_drift" && $0.data.text.contains(Self.secret) })
        try await erase(gate, receipt)
        guard let other else { return try await expectGone(gate) }
        #expect(try await gate.queries.drift(ofSource: "shop").contains { $0.place.place.contains(Self.secret) }, "another one says it")
        try await erase(gate, other)
        try await expectGone(gate)
    }
}
