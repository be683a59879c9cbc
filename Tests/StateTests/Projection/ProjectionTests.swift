import Adapters
import FindingModel
import Foundation
import Journal
import Testing

@testable import State

/// From entries to records and changes.
struct ProjectionTests {
    private static var script: Script {
        var script = Script()
        script.add("open", key: "e1", at: 1) { .finding($0) }
        script.add("open again, other id", key: "e2", at: 1) { .finding($0) }
        script.add("fixed", key: "e3", at: 2) { .finding($0, "1", .fixed) }
        script.add("reopened", key: "e4", at: 3) { .finding($0) }
        script.add("worse", key: "e5", at: 4) { .finding($0, "1", nil, severity: .high) }
        script.add("ticket open") { .finding($0, "T") }
        script.add("ticket closed") { .finding($0, "T", .fixed) }
        script.add("scan", key: "s1", at: 5, rank: 1) { .scan($0, "S", .started, progress: 3) }
        script.add("scan at 9", key: "s2", at: 6, rank: 1) { .scan($0, "S", .started, progress: 9) }
        script.add("scan at 14", key: "s3", at: 7, rank: 1) { .scan($0, "S", .started, progress: 14) }
        script.add("scan done", key: "s4", at: 8, rank: 1) { .scan($0, "S", .completed, progress: 100, closed: ["1", "unknown"]) }
        script.add("scan failed", key: "s5", at: 9, rank: 1) { .scan($0, "F", .failed, closed: ["1"]) }
        script.add("unknown opens", key: "e6", at: 4) { .finding($0, "unknown") }
        script.add("unknown opens late", key: "e7", at: 10) { .finding($0, "unknown") }
        script.add("ignored") { _, _ in
            MappedEvent(key: "i", kind: "twin", kindRank: 0, time: nil, latestTime: nil, ignored: true, records: [], drift: [])
        }
        script.add("drifting", key: "d1", at: 1, drift: [Drift(kind: .field, place: "$.new")]) { .finding($0, "D") }
        script.add("drifting more", key: "d2", at: 2, drift: [Drift(kind: .field, place: "$.new"), Drift(kind: .enum, place: "$.x:y")]) { .finding($0, "D") }
        script.add("tomorrow", key: "t1", at: 100_000) { .finding($0, "late") }
        script.add("notice", key: "n1", at: 1) { entry in
            .notice(Notice(uid: Making.uid(.notice, "n1"), kind: "target_created", summary: "A target was made", raw: Making.raw(entry.number)))
        }
        return script
    }

    @Test func statusChangesAreToldOnceEach() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "open") == ["finding.opened"])
        #expect(try await gate.changes(of: "open", "open again, other id") == [])
        #expect(try await gate.changes(of: "fixed") == ["finding.fixed"])
        #expect(try await gate.changes(of: "reopened") == ["finding.reopened"])
        #expect(try await gate.changes(of: "worse") == ["finding.updated"])
        #expect(try await gate.finding()?.severity == .high)
    }

    @Test func changesAreNumberedDenselyAndNamedAfterTheirEntry() async throws {
        let gate = try Gate(Self.script)
        _ = try await gate.changes(of: "open", "fixed", "scan", "reopened", "scan done")
        let changes = try gate.allChanges()
        #expect(changes.map(\.sequence) == Array(1...6))
        #expect(
            changes.map(\.type) == [
                "finding.opened", "finding.fixed", "scan.started", "finding.reopened", "scan.completed", "finding.fixed",
            ])
        let tag = gate.journal.tag
        let first = try #require(changes.first?.id.split(separator: "-").dropFirst().first.flatMap { UInt64($0) })
        #expect(
            changes.map(\.id) == [
                "\(tag)-\(first)-1", "\(tag)-\(first + 1)-1", "\(tag)-\(first + 2)-1", "\(tag)-\(first + 3)-1", "\(tag)-\(first + 4)-1",
                "\(tag)-\(first + 4)-2",
            ])
        #expect(changes.allSatisfy { $0.source == "/sources/shop" })
        #expect(changes[5].subject == Making.uid(.finding, "1"))
        #expect(changes[5].time == Making.time(8))
        #expect(changes[0].receivedTime == Making.time(1000))
    }

    @Test func changeShowsTheRecordAfterIt() async throws {
        let gate = try Gate(Self.script)
        _ = try await gate.changes(of: "open", "fixed")
        let statuses = try gate.allChanges().map { change -> FindingStatus? in
            guard case .finding(let finding) = try Record(kind: .finding, parsing: change.data) else { return nil }
            return finding.status
        }
        #expect(statuses == [.open, .fixed])
        #expect(try await gate.finding()?.fixedTime == Making.time(2))
    }

    @Test func eventsWithoutIdsCountUnlessTheyRepeatTheNewest() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "ticket open") == ["finding.opened"])
        #expect(try await gate.changes(of: "ticket open") == [])
        #expect(try await gate.changes(of: "ticket closed") == ["finding.fixed"])
        #expect(try await gate.changes(of: "ticket open") == ["finding.reopened"])
        let outcomes = try await gate.queries.events(EventFilter()).map(\.outcome)
        #expect(outcomes == [.mapped, .mapped, .duplicate, .mapped])
    }

    @Test func keyIsOneEventWhicheverSourceOfTheAccountBringsIt() async throws {
        let gate = try Gate(Self.script)
        let first = try await gate.receive("open", source: "a")
        try await gate.receive("open", source: "b")
        try gate.catchUp()
        let events = try await gate.queries.events(EventFilter())
        #expect(events.map(\.source) == ["b", "a"])
        #expect(events.map(\.outcome) == [.duplicate, .mapped])
        #expect(events.first?.first == first)
    }

    @Test func keysAreForgottenAfterThirtyDays() async throws {
        let day: Int64 = 24 * 3600
        let gate = try Gate(Self.script)
        _ = try await gate.changes(of: "open", "scan")
        gate.setTime(1000 + 30 * day - 1)
        _ = try await gate.changes(of: "open")
        gate.setTime(1000 + 30 * day)
        _ = try await gate.changes(of: "open", "fixed")
        let outcomes = try await gate.queries.events(EventFilter()).map(\.outcome)
        #expect(outcomes == [.mapped, .mapped, .duplicate, .mapped, .mapped])
        // Equal words at the same time change nothing, however often they are taken in.
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "scan.started", "finding.fixed"])
    }

    @Test func completedScanClosesWhatItNames() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "open", "scan failed") == ["finding.opened", "scan.failed"])
        #expect(try await gate.changes(of: "scan done") == ["scan.completed", "finding.fixed"])
        #expect(try await gate.queries.record(Making.uid(.finding, "unknown")) == nil)
        #expect(try await gate.changes(of: "unknown opens") == ["finding.fixed"])
        #expect(try await gate.changes(of: "unknown opens late") == ["finding.reopened"])
    }

    @Test func findingOpenedAfterTheScanThatClosedItIsReopened() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "scan done") == ["scan.completed"])
        #expect(try await gate.changes(of: "unknown opens late") == ["finding.reopened"])
    }

    @Test func progressIsToldInSteps() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "scan", "scan at 9") == ["scan.started"])
        #expect(try await gate.changes(of: "scan at 14") == ["scan.updated"])
    }

    @Test func ignoredKindsAreCountedOnly() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "ignored") == [])
        #expect(try await gate.queries.sources().first?.outcomes == [.ignored: 1])
    }

    @Test func driftIsToldWhenItIsNew() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "drifting") == ["finding.opened", "notice.gateway_drift"])
        gate.setTime(1000 + 3600)
        #expect(try await gate.changes(of: "drifting more") == ["notice.gateway_drift"])
        let notice = try #require(try gate.allChanges().last)
        #expect(notice.source == "/gateway")
        #expect(notice.data.text.contains("$.x:y"))
        #expect(!notice.data.text.contains("$.new"))
        let drift = try await gate.queries.drift(ofSource: "shop")
        #expect(drift.map(\.place.place) == ["$.new", "$.x:y"])
        #expect(drift.map(\.count) == [2, 1])
    }

    @Test func eventTimeFarAheadIsDriftAndGivesWay() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "tomorrow") == ["finding.opened"])
        #expect(try gate.allChanges().first?.time == Making.time(1600))
    }

    @Test func placesOfDriftHaveAnEnd() async throws {
        var script = Script()
        script.add("many") { entry, _ in
            let drift = (0..<1500).map { Drift(kind: .field, place: "$.\($0)") }
            return MappedEvent(key: "\(entry.number)", kind: "k", kindRank: 0, time: nil, latestTime: nil, ignored: false, records: [], drift: drift)
        }
        let gate = try Gate(script)
        #expect(try await gate.changes(of: "many", "many") == ["notice.gateway_drift"])
        let drift = try await gate.queries.drift(ofSource: "shop", limit: 5000)
        #expect(drift.count == 1001)
        #expect(drift.first.map { [$0.place.place, "\($0.count)"] } == ["other", "1000"])
    }

    @Test func noticesAreRecordsToo() async throws {
        let gate = try Gate(Self.script)
        #expect(try await gate.changes(of: "notice", "notice") == ["notice.target_created"])
        #expect(try await gate.queries.records(RecordFilter(.notice))?.rows.count == 1)
    }
}
