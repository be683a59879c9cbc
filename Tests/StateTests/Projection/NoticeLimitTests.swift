import Adapters
import FindingModel
import JSONDocument
import Journal
import Testing

@testable import State

/// How often the gateway's own notices are told: once an hour for a kind and what it is about, by the receipt times of entries, with their number.
struct NoticeLimitTests {
    private static func notice(_ kind: String, _ subject: (String, String)? = nil, count: Int64? = nil) -> GatewayNotice {
        GatewayNotice(kind: kind, summary: "\(kind) \(subject?.1 ?? "")") { writer in
            if let (name, value) = subject {
                writer.key(name)
                writer.string(value)
            }
            if let count {
                writer.key("count")
                writer.integer(count)
            }
        }
    }

    @Test func oneAnHourForAKindAndASubjectIsLetThroughWithWhatItStandsFor() {
        var limit = NoticeLimit()
        let paused = Self.notice("sink_paused", ("sink", "soc")), other = Self.notice("sink_paused", ("sink", "jira"))
        #expect(limit.admit(paused, at: 0)?.count == 1)
        #expect(limit.admit(other, at: 1)?.count == 1, "another sink is another subject")
        #expect(limit.admit(Self.notice("sink_concern", ("sink", "soc")), at: 2)?.count == 1, "and another kind")
        for time in 1...9 { #expect(limit.admit(paused, at: Int64(time) * 100_000) == nil) }
        #expect(limit.admit(Self.notice("sink_paused", ("sink", "soc"), count: 5), at: 3_599_999) == nil)
        let next = limit.admit(paused, at: 3_600_000)
        #expect(next?.count == 15 && next?.summary == "sink_paused soc (15 in all since the last such notice)")
        #expect(limit.admit(paused, at: 7_200_000)?.summary == "sink_paused soc")
    }

    @Test func whatIsLeftIsToldWhenItsHourIsOver() {
        var limit = NoticeLimit()
        for name in ["b", "a"] { for time in [0, 10, 20] { _ = limit.admit(Self.notice("source_silent", ("source", name)), at: Int64(time)) } }
        #expect(limit.due(at: 3_599_999).isEmpty)
        let due = limit.due(at: 3_600_000)
        #expect(due.map(\.limitedAs.name) == ["a", "b"] && due.map(\.count) == [2, 2])
        #expect(limit.due(at: 99_000_000).isEmpty)
        #expect(limit.admit(Self.notice("source_silent", ("source", "a")), at: 3_700_000) == nil, "what was told late is told for an hour too")
    }

    @Test func aClockThatWasSetBackKeepsNothingBack() {
        var limit = NoticeLimit()
        #expect(limit.admit(Self.notice("clock_step"), at: 9_000_000_000) != nil)
        #expect(limit.admit(Self.notice("clock_step"), at: 5) != nil)
        #expect(limit.admit(Self.notice("clock_step"), at: .min) != nil && limit.admit(Self.notice("clock_step"), at: .max) != nil)
    }

    @Test func aDiskThatHasRoomAgainAndLostEntriesAreNewsOfTheirOwn() throws {
        let low = try #require(GatewayNotice(parsing: Array(#"{"kind":"disk_low","summary":"s","details":{"low":true,"volume":"data"}}"#.utf8)))
        let high = try #require(GatewayNotice(parsing: Array(#"{"kind":"disk_low","summary":"s","details":{"low":false,"volume":"data"}}"#.utf8)))
        let cut = try #require(GatewayNotice(parsing: Array(#"{"kind":"recovery","summary":"s","details":{"damaged":[]}}"#.utf8)))
        let lost = try #require(GatewayNotice(parsing: Array(#"{"kind":"recovery","summary":"s","details":{"damaged":[{"at":1}]}}"#.utf8)))
        var limit = NoticeLimit()
        for notice in [low, high, cut, lost] { #expect(limit.admit(notice, at: 0) != nil && limit.admit(notice, at: 1) == nil) }
        #expect(GatewayNotice(kind: "a", summary: "b").standing(for: 1).details == RawJSON(bytes: Array(#"{"count":1}"#.utf8)))
    }

    /// Receipts that are left out one after the other, 20 of them within an hour.
    private static func gate(rules: Int) async throws -> Gate {
        var script = Script()
        script.add("a", key: "a", at: 1) { .finding($0) }
        let gate = try Gate(script)
        _ = try await gate.append(EntryDraft(kind: .config, body: ProjectionConfiguration(manifests: [], sources: [], rules: rules).encode()))
        for number in 0..<20 {
            gate.setTime(1000 + Int64(number) * 60)
            let receipt = try await gate.receive("a")
            _ = try await gate.append(EntryDraft(kind: .quarantine, body: QuarantineNote(receipt: receipt, deaths: 3, reason: "a test").bytes))
        }
        return gate
    }

    private static func told(_ gate: Gate) throws -> [String] {
        try gate.allChanges().filter { $0.type == "notice.gateway_quarantine" }.map { String(decoding: $0.data.bytes, as: UTF8.self) }
    }

    @Test(arguments: [EntryKind.tick, .checkpoint]) func quarantinesAreToldOnceAnHourAndATickTellsWhatIsLeft(kind: EntryKind) async throws {
        let gate = try await Self.gate(rules: 3)
        try gate.catchUp(batch: 1)
        #expect(try Self.told(gate).count == 1)
        for (seconds, told) in [(1000 + 3599, 1), (1000 + 3600, 2), (1000 + 9000, 2)] {
            gate.setTime(Int64(seconds))
            _ = try await gate.append(EntryDraft(kind: kind, body: Array("{}".utf8)))
            try gate.catchUp(batch: 3)
            #expect(try Self.told(gate).count == told)
        }
        let told = try Self.told(gate)
        #expect(told.first?.contains(#""count":1"#) == true && told.last?.contains(#""count":19"#) == true, "\(told)")
        #expect(try Set(gate.allChanges().filter { $0.type == "notice.gateway_quarantine" }.map(\.subject)).count == 2)
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try gate.dump() == (try replay.dump()), "a state.db that is made again tells the same")
    }

    @Test func whatOlderRulesToldIsToldAgainAsItWas() async throws {
        let gate = try await Self.gate(rules: 2)
        try gate.catchUp()
        #expect(try Self.told(gate).count == 20 && Self.told(gate).allSatisfy { !$0.contains("count") })
    }

    /// Searches by receipt times go on behind each of these places.
    @Test func everyPlaceWhereReceiptTimesGoBackIsTold() async throws {
        let gate = try Gate(Script())
        _ = try await gate.append(EntryDraft(kind: .config, body: ProjectionConfiguration(manifests: [], sources: []).encode()))
        for number in 0..<3 {
            gate.setTime(1000 + Int64(number) * 60)
            let step = GatewayNotice(kind: ClockStep.kind, summary: "back") { writer in
                for (name, seconds) in [("from", 9000), ("to", 1000 + Int64(number) * 60)] {
                    writer.key(name)
                    writer.string(Making.time(seconds).rfc3339)
                }
            }
            _ = try await gate.append(EntryDraft(kind: .notice, body: step.bytes))
        }
        try gate.catchUp()
        #expect(try gate.allChanges().filter { $0.type == "notice.gateway_clock_step" }.count == 3)
    }

    @Test func noticesOfTheJournalAreLimitedWhoeverWroteThem() async throws {
        let gate = try Gate(Script())
        _ = try await gate.append(EntryDraft(kind: .config, body: ProjectionConfiguration(manifests: [], sources: []).encode()))
        // Each start of a process that is killed again and again says the same.
        for number in 0..<10 {
            gate.setTime(1000 + Int64(number) * 600)
            for sink in ["soc", "jira"] { _ = try await gate.append(EntryDraft(kind: .notice, body: Self.notice("sink_paused", ("sink", sink)).bytes)) }
        }
        try gate.catchUp()
        let told = try gate.allChanges().map { String(decoding: $0.data.bytes, as: UTF8.self) }.filter { $0.contains("sink_paused") }
        #expect(told.count == 4 && told.suffix(2).allSatisfy { $0.contains(#""count":6"#) }, "\(told)")
    }
}
