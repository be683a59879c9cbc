import Console
import CurlTransport
import FindingModel
import Foundation
import Ingest
import JSONDocument
import Testing

@testable import Gateway

/// What was received and refused is counted over restarts.
struct TallyFileTests {
    private static func refusal(_ second: Int64, _ reason: String) -> RefusalRecord {
        RefusalRecord(
            time: Timestamp(milliseconds: 1_700_000_000_000 + second * 1000), status: 401, reason: reason, detail: "+47 s", peer: "192.0.2.1", size: 7,
            bodySHA256: nil)
    }

    private static func tally(_ accepted: UInt64, _ refusals: [RefusalRecord]) -> SourceTally {
        SourceTally(
            accepted: accepted, duplicates: 1, late: 2, bytes: 3, refusals: Dictionary(refusals.map { ($0.reason, 1) }) { $0 + $1 }, lastRefusals: refusals)
    }

    private static func file(_ folder: TemporaryFolder) -> TallyFile {
        TallyFile(StorageSettings(data: folder.path, journal: folder.path + "/journal"))
    }

    @Test func whatIsWrittenIsReadAgainAndAddedTo() throws {
        let folder = try TemporaryFolder()
        let file = Self.file(folder)
        #expect(file.read().isEmpty)
        let first = Self.tally(5, [Self.refusal(1, "bad_signature"), Self.refusal(2, "timestamp_skew")])
        file.write(["a": first, "(unknown)": Self.tally(0, [Self.refusal(3, "no_such_source")])])
        let read = file.read()
        #expect(read.keys.sorted() == ["(unknown)", "a"])
        let both = try #require(read["a"]).adding(Self.tally(7, [Self.refusal(4, "bad_signature")]))
        #expect(both.accepted == 12 && both.duplicates == 2 && both.late == 4 && both.bytes == 6)
        #expect(both.refusals == ["bad_signature": 2, "timestamp_skew": 1])
        #expect(both.lastRefusals == [Self.refusal(1, "bad_signature"), Self.refusal(2, "timestamp_skew"), Self.refusal(4, "bad_signature")])
        let many = both.adding(Self.tally(0, (10..<40).map { Self.refusal($0, "late") }))
        #expect(many.lastRefusals.count == SourceTally.lastRefusalsMax && many.lastRefusals.last == Self.refusal(39, "late"))
    }

    @Test func whatAKillTookOutOfTheCountIsCountedByItsReceipts() {
        #expect(Self.tally(5, []).keeping(receipts: 9).accepted == 10)
        #expect(Self.tally(50, []).keeping(receipts: 9).accepted == 50)
        #expect(SourceTally().keeping(receipts: 3).accepted == 3)
    }

    @Test func aDamagedFileBeginsAnew() throws {
        let folder = try TemporaryFolder()
        for text in ["", "[]", "{\"sources\":{\"a\":{\"accepted\":-1,\"refusals\":{\"x\":\"y\"},\"last_refusals\":[{\"time\":\"x\"}]}}}"] {
            try folder.write("tallies", text)
            #expect(Self.file(folder).read().values.allSatisfy { $0.accepted == 0 && $0.lastRefusals.isEmpty })
        }
    }

    @Test func refusalsOfAnEarlierRunAreShownBesideThoseSinceTheStart() async throws {
        let folder = try TemporaryFolder()
        for run in 1...2 {
            let gate = try await GatewayUnderTest.start(in: folder)
            let answer = try await HTTPExchange.send(
                .post, gate.gateway.ingestURL + "/in/r", headers: [("Content-Type", "application/json"), ("Authorization", "Bearer wrong")],
                body: Array("{}".utf8))
            #expect(answer.status == 401)
            let sources = try await gate.ask(.get, "/v1/sources").json["sources"]?.arrayValue ?? []
            let source = try #require(sources.first { $0["name"]?.stringValue == "r" })
            #expect(source["since_start"]?["refusals"]?["wrong_secret"]?.integerValue == 1)
            #expect(source["ever"]?["refusals"]?["wrong_secret"]?.integerValue == Int64(run))
            let times = (source["last_refusals"]?.arrayValue ?? []).compactMap { $0["time"]?.stringValue }
            #expect(times.count == run && times == times.sorted().reversed())
            await gate.gateway.stop()
        }
        #expect(try FileManager.default.attributesOfItem(atPath: folder.path + "/data/tallies")[.posixPermissions] as? Int == 0o600)
    }
}
