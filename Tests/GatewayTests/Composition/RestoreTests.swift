import Console
import FindingModel
import Foundation
import JSONDocument
import Testing

@testable import Gateway

/// Files of the data folder that were put back from an older copy, in every combination, and a copy that runs beside the original.
struct RestoreTests {
    /// Which files an old copy takes the place of.
    struct Combination: CustomTestStringConvertible {
        let old: Set<String>
        var testDescription: String { old.isEmpty ? "all current" : "old: " + old.sorted().joined(separator: ", ") }

        static let parts = ["journal", "state.db", "ledger.db"]
        static let all = (0..<8).map { bits in Combination(old: Set(parts.indices.filter { bits >> $0 & 1 == 1 }.map { parts[$0] })) }
    }

    private static func scan(_ id: String) -> String { "{\"scanId\":\"\(id)\",\"status\":\"completed\",\"timestamp\":\"2026-01-01T00:00:00Z\"}" }

    /// Sends scans of these ids and waits until the sink has a change of each.
    private static func run(in folder: TemporaryFolder, sending ids: [String], holding kept: [String] = []) async throws {
        let test = try await GatewayUnderTest.start(in: folder)
        for id in ids { #expect(try await test.send("r", scan(id)).status == 200) }
        let told = await Condition.holds(within: 60) { Set(ids + kept).isSubset(of: Self.told(folder)) }
        #expect(told, "the sink lacks \(Set(ids + kept).subtracting(Self.told(folder)).sorted())")
        await test.gateway.stop()
    }

    private static func changes(_ folder: TemporaryFolder) -> [JSONValue] {
        folder.read("changes.ndjson").split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
    }

    /// The scans that the sink holds a change of.
    private static func told(_ folder: TemporaryFolder) -> Set<String> {
        let known = ["a", "b", "c", "d"].flatMap { letter in (1...3).map { "\(letter)\($0)" } }
        let subjects = Set(changes(folder).compactMap { $0["subject"]?.stringValue })
        return Set(known.filter { subjects.contains(uid($0)) })
    }

    private static func uid(_ id: String) -> String {
        RecordIdentity.uid(.scan, digest: RecordIdentity.digest(vendor: "reconfirm", account: "r", key: id))
    }

    /// Every id has one content, in the sinks of all folders together.
    private static func expectOneContentForEachID(_ folders: TemporaryFolder...) {
        var contents: [String: [UInt8]] = [:]
        for folder in folders {
            for change in changes(folder) {
                guard let id = change["id"]?.stringValue, let data = change["data"]?.bytes else { continue }
                let content = Array((change["type"]?.stringValue ?? "").utf8) + data
                #expect(contents[id, default: content] == content, "\(id) was given twice")
                contents[id] = content
            }
        }
    }

    private static func copy(_ parts: some Sequence<String>, from: String, to: String) throws {
        let files = FileManager.default
        for part in parts {
            for ending in ["", "-wal", "-shm"] {
                try? files.removeItem(atPath: to + "/" + part + ending)
                guard files.fileExists(atPath: from + "/" + part + ending) else { continue }
                try files.copyItem(atPath: from + "/" + part + ending, toPath: to + "/" + part + ending)
            }
        }
    }

    @Test(arguments: Combination.all) func noIDIsGivenTwiceAndNothingThatTheJournalHoldsIsMissing(combination: Combination) async throws {
        let folder = try TemporaryFolder(), data = folder.path + "/data", backup = folder.path + "/backup"
        try await Self.run(in: folder, sending: ["a1", "a2", "a3"])
        try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
        try Self.copy(Combination.parts, from: data, to: backup)
        try await Self.run(in: folder, sending: ["b1", "b2", "b3"])
        try Self.copy(combination.old, from: backup, to: data)
        let kept = ["a1", "a2", "a3"] + (combination.old.contains("journal") ? [] : ["b1", "b2", "b3"])
        try await Self.run(in: folder, sending: ["c1", "c2", "c3"], holding: kept)
        Self.expectOneContentForEachID(folder)
        // What was never told at all is found missing by a sink that begins anew.
        try FileManager.default.removeItem(atPath: folder.path + "/changes.ndjson")
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: data + "/ledger.db" + ending) }
        try await Self.run(in: folder, sending: ["d1"], holding: kept + ["c1", "c2", "c3"])
        Self.expectOneContentForEachID(folder)
    }

    @Test(arguments: [["journal"], ["journal", "state.db"], ["journal", "state.db", "ledger.db"]])
    func aCopyThatRunsBesideTheOriginalGivesOtherIDs(parts: [String]) async throws {
        let original = try TemporaryFolder(), copy = try TemporaryFolder()
        try await Self.run(in: original, sending: ["a1", "a2", "a3"])
        try FileManager.default.createDirectory(atPath: copy.path + "/data", withIntermediateDirectories: true)
        try Self.copy(parts, from: original.path + "/data", to: copy.path + "/data")
        try await Self.run(in: original, sending: ["b1", "b2", "b3"])
        try await Self.run(in: copy, sending: ["c1", "c2", "c3"])
        Self.expectOneContentForEachID(original, copy)
    }

    /// What a lost receipt told last of a record is not taken back because an older receipt of it is there still.
    @Test func whatALostReceiptToldOfAKnownRecordStays() async throws {
        let folder = try TemporaryFolder(), data = folder.path + "/data", backup = folder.path + "/backup"
        func send(_ status: String, minute: Int, toldTimes count: Int) async throws {
            let test = try await GatewayUnderTest.start(in: folder)
            let body = "{\"scanId\":\"a1\",\"status\":\"\(status)\",\"timestamp\":\"2026-01-01T00:0\(minute):00Z\"}"
            #expect(try await test.send("r", body).status == 200)
            #expect(await Condition.holds(within: 60) { Self.changes(folder).count { $0["subject"]?.stringValue == Self.uid("a1") } == count })
            await test.gateway.stop()
        }
        try await send("in_progress", minute: 0, toldTimes: 1)
        try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
        try Self.copy(["journal"], from: data, to: backup)
        try await send("completed", minute: 1, toldTimes: 2)
        try Self.copy(["journal"], from: backup, to: data)
        let test = try await GatewayUnderTest.start(in: folder)
        let rebuilt = try await test.ask(.post, "/v1/rebuild", body: "{}")
        #expect(rebuilt.status == 200 && rebuilt.json["changes"]?.integerValue == 0, "\(rebuilt.json)")
        let record = try await test.ask(.get, "/v1/records/\(Self.uid("a1"))").json
        #expect(record["record"]?["status"]?.stringValue == "completed", "\(record)")
        await test.gateway.stop()
    }

    /// The numbers of entries that the journal has lost are given again: what is done to the new ones is not done to the old.
    @Test func whatIsDoneToAReceiptIsNotDoneToALostOneOfItsNumber() async throws {
        let folder = try TemporaryFolder(), data = folder.path + "/data", backup = folder.path + "/backup"
        try await Self.run(in: folder, sending: ["a1"])
        try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
        try Self.copy(["journal"], from: data, to: backup)
        let lost = ["b1", "b2", "b3", "c1", "c2", "c3"]
        try await Self.run(in: folder, sending: lost)
        try Self.copy(["journal"], from: backup, to: data)
        let given = Set(Self.changes(folder).compactMap { $0["id"]?.stringValue?.split(separator: "-").dropFirst().first.map(String.init) })

        let test = try await GatewayUnderTest.start(in: folder)
        var numbers: [String] = []
        for id in ["d1", "d2", "d3"] {
            let answer = try JSONValue(parsing: Array(try await test.send("r", Self.scan(id)).body.utf8))
            numbers.append(try #require(answer["receipt"]?.stringValue))
        }
        #expect(await Condition.holds(within: 60) { Set(["d1", "d2", "d3"]).isSubset(of: Self.told(folder)) })
        #expect(given.isSuperset(of: numbers), "the numbers \(numbers) are none of \(given.sorted())")
        for (ids, isLost) in [(lost, true), (["a1", "d1"], false)] {
            for id in ids {
                let reasons = try await test.ask(.get, "/v1/records/\(Self.uid(id))/why").json["reasons"]?.arrayValue ?? []
                #expect(!reasons.isEmpty && reasons.allSatisfy { ($0["is_lost"] == .bool(true)) == isLost }, "\(id): \(reasons)")
            }
        }
        for number in numbers {
            let receipt = try await test.ask(.get, "/v1/receipts/\(number)").json
            let made = (receipt["changes"]?.arrayValue ?? []).compactMap { $0["uid"]?.stringValue }
            #expect(made.count == 1 && made.first.map { uid in !lost.contains { Self.uid($0) == uid } } == true, "\(receipt)")
            let erased = try await test.ask(.post, "/v1/journal/erase", body: "{\"number\":\"\(number)\",\"reason\":\"a test\"}")
            #expect(erased.status == 200, "\(erased.json)")
        }
        let rebuilt = try await test.ask(.post, "/v1/rebuild", body: "{}")
        #expect(rebuilt.status == 200 && rebuilt.json["changes"]?.integerValue == 0, "\(rebuilt.json)")
        await test.gateway.stop()
        // A sink that begins anew is told of what the journal has lost, and of nothing that was erased.
        try FileManager.default.removeItem(atPath: folder.path + "/changes.ndjson")
        for ending in ["", "-mark"] { try? FileManager.default.removeItem(atPath: data + "/ledger.db" + ending) }
        try await Self.run(in: folder, sending: [], holding: ["a1"] + lost)
        #expect(Self.told(folder) == Set(["a1"] + lost))
    }
}
