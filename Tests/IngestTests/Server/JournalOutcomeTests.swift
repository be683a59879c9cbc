import Adapters
import FindingModel
import Journal
import Testing

@testable import Ingest

struct JournalOutcomeTests {
    @Test(arguments: [
        (JournalAvailability.stalled, "journal_stalled"), (.diskReserve, "disk_reserve"), (.failed, "journal_unavailable"), (.stopping, "stopping"),
    ])
    func aJournalThatTakesNothingIsToldAndTriedAgain(_ row: (availability: JournalAvailability, code: String)) async throws {
        try await Gateway.run { gateway throws in
            gateway.journal.set(row.availability)
            let answer = try gateway.answer(Samples.url("{}"))
            #expect(answer.status == 503 && answer.code == row.code)
            #expect(Int(answer.headers["retry-after"] ?? "") ?? 0 > 0)
            // Who has not proved itself learns nothing of it.
            #expect(try gateway.answer(Samples.post("/in/url/x", "{}")).status == 401)
            #expect(gateway.journal.drafts.isEmpty)
            gateway.journal.set(.ready)
            #expect(try gateway.answer(Samples.url("{}")).status == 200)
        }
    }

    @Test(arguments: [
        (JournalError.Code.diskFull, "disk_reserve"), (.diskReserve, "disk_reserve"), (.writeFailed, "journal_unavailable"), (.failed, "journal_unavailable"),
        (.stopping, "stopping"), (.busy, "journal_stalled"),
    ])
    func aFailedAppendIsNeverAccepted(_ row: (error: JournalError.Code, code: String)) async throws {
        try await Gateway.run { gateway throws in
            gateway.journal.fail(JournalError(row.error, "no"))
            let answer = try gateway.answer(Samples.url("{}"))
            #expect(answer.status == 503 && answer.code == row.code && answer.headers["retry-after"] != nil)
            gateway.journal.fail(nil)
            #expect(try gateway.answer(Samples.url("{}")).receipt == "1")
            let tally = try #require(gateway.server.counters.snapshot()["url"])
            #expect(tally.accepted == 1 && tally.refusals == [row.code: 1])
        }
    }

    @Test func anAnswerThatDoesNotComeIsGivenUp() async throws {
        try await Gateway.run(limits: { $0.journalTimeout = .milliseconds(100) }) { gateway throws in
            gateway.journal.hold()
            let client = try gateway.client()
            client.send(Samples.url("{}"))
            let answer = try client.answer()
            #expect(answer.status == 503 && answer.code == "journal_timeout" && answer.headers["retry-after"] != nil)
            gateway.journal.release()
            #expect(gateway.eventually { gateway.server.counters.snapshot()["url"]?.late == 1 })
            // The vendor's retry is a duplicate.
            client.send(Samples.url("{}"))
            #expect(try client.answer().receipt == "1")
            let tally = try #require(gateway.server.counters.snapshot()["url"])
            #expect(tally.accepted == 2 && tally.duplicates == 1)
        }
    }

    @Test func nothingIsAnsweredBeforeTheJournal() async throws {
        try await Gateway.run { gateway throws in
            gateway.journal.hold()
            let client = try gateway.client()
            client.send(Samples.url("{}") + Samples.post("/in/nobody", "{}"))
            #expect(gateway.eventually { gateway.journal.heldBack == 1 })
            #expect(!client.readMore(until: Clock.milliseconds() + 50))
            gateway.journal.release()
            #expect(try client.answer().status == 200)
            #expect(try client.answer().status == 401)
        }
    }

    @Test func whoHangsUpIsKeptAllTheSame() async throws {
        try await Gateway.run { gateway throws in
            gateway.journal.hold()
            for number in 0..<30 {
                let client = try gateway.client()
                client.send(Samples.url("{\"n\":\(number)}"))
                // A reset takes with it what has not been read.
                #expect(gateway.eventually { gateway.journal.heldBack == number + 1 })
                if number % 3 == 0 { client.reset() } else if number % 3 == 1 { client.endSending() }
            }
            // Resets are noticed at once; who only stopped sending may still wait for its answer.
            #expect(gateway.eventually { gateway.server.load.connections == 20 })
            gateway.journal.release()
            #expect(gateway.eventually { gateway.server.counters.snapshot()["url"]?.accepted == 30 })
            #expect(gateway.journal.drafts.count == 30)
            #expect(gateway.eventually { gateway.server.load.connections == 0 })
        }
    }

    @Test func equalBodiesAreAnsweredWithTheFirstReceipt() async throws {
        try await Gateway.run { gateway throws in
            for _ in 0..<3 { #expect(try gateway.answer(Samples.signed(#"{"id":1}"#)).receipt == "1") }
            let tally = try #require(gateway.server.counters.snapshot()["signed"])
            #expect(tally.accepted == 3 && tally.duplicates == 2)
        }
    }

    @Test func aReceiptHoldsWhatIsKnown() async throws {
        let source = Samples.source("signed", .hmac(Samples.signature), [Samples.secret], keptHeaders: ["x-event", "x-sig", "Authorization"])
        try await Gateway.run(sources: [source]) { gateway throws in
            let body = #"{ "a" : 1 }"#
            #expect(try gateway.answer(Samples.signed(body, "X-EVENT:  push \r\nAuthorization: x\r\nCookie: y\r\n")).status == 200)
            let draft = try #require(gateway.journal.drafts.first)
            #expect(draft.kind == .receipt && draft.source == "signed" && draft.generation == 7 && draft.peer == "127.0.0.1" && draft.deduplicates)
            #expect(draft.verdict == Verdict(scheme: "hmac", secretLabel: "secret-1", signedTime: Samples.now))
            #expect(draft.headers.map { "\($0.name)=\($0.value)" } == ["x-event=push"])
            #expect(draft.body == Array(body.utf8))
        }
    }

    @Test func secretsAreTakenOutBeforeTheJournal() async throws {
        try await Gateway.run { gateway throws in
            #expect(try gateway.answer(Samples.url(#"{"password":"CANARY-1","note":"CANARY-path-secret","id":7}"#)).status == 200)
            let draft = try #require(gateway.journal.drafts.first)
            let kept = String(decoding: draft.body, as: UTF8.self)
            #expect(!kept.contains("CANARY"))
            #expect(kept.contains(#""id":7"#))
        }
    }
}
