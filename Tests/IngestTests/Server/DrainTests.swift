import Glibc
import Logging
import Synchronization
import Testing

@testable import Ingest

struct DrainTests {
    /// Stops the server in the background and says when that has ended.
    private static func stop(_ gateway: Gateway, within limit: Duration) -> Flag {
        let flag = Flag()
        Task.detached {
            await gateway.server.stop(within: limit)
            flag.raise()
        }
        return flag
    }

    @Test func requestsInWorkAreAnsweredAndNewOnesRefused() async throws {
        try await Gateway.run { gateway throws in
            let idle = try gateway.client(), busy = try gateway.client(), sending = try gateway.client()
            for client in [idle, sending] {
                client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.answer().status == 200)
            }
            gateway.journal.hold()
            busy.send(Samples.url("{}"))
            #expect(gateway.eventually { gateway.journal.heldBack == 1 })
            let request = Samples.url(#"{"n":2}"#)
            sending.send(String(request.dropLast(3)))
            #expect(gateway.eventually { gateway.server.load.connections == 3 })
            let stopped = Self.stop(gateway, within: .seconds(10))
            let isClosed = gateway.eventually { (try? gateway.client()) == nil }
            #expect(isClosed)
            // The signal reaches the loops after the listener is closed.
            let isStopping = gateway.eventually {
                idle.send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
                return (try? idle.answer().status) == 503
            }
            #expect(isStopping)
            idle.send(Samples.url(#"{"n":3}"#))
            let refused = try idle.answer()
            #expect(refused.status == 503 && refused.code == "stopping" && refused.headers["connection"] == "close" && refused.headers["retry-after"] != nil)
            sending.send(String(request.suffix(3)))
            #expect(gateway.eventually { gateway.journal.heldBack == 2 })
            #expect(!stopped.isRaised)
            gateway.journal.release()
            #expect(try busy.answer().status == 200)
            #expect(try sending.answer().status == 200)
            #expect(gateway.eventually { stopped.isRaised })
            #expect(busy.endsWithin(milliseconds: 8000))
            #expect(gateway.journal.drafts.count == 2)
        }
    }

    @Test func aJournalThatNeverAnswersHoldsNothingUp() async throws {
        try await Gateway.run(limits: { $0.journalTimeout = .seconds(600) }) { gateway throws in
            gateway.journal.hold()
            let client = try gateway.client()
            client.send(Samples.url("{}"))
            #expect(gateway.eventually { gateway.journal.heldBack == 1 })
            let started = Clock.milliseconds()
            let stopped = Self.stop(gateway, within: .milliseconds(200))
            #expect(gateway.eventually { stopped.isRaised })
            #expect(Clock.milliseconds() - started < 30_000)
            #expect(client.endsWithin(milliseconds: 8000))
            // What still comes goes nowhere.
            gateway.journal.release()
        }
    }

    @Test func aPortInUseIsOneClearSentence() async throws {
        try await Gateway.run { gateway throws in
            let other = IngestServer(
                configuration: IngestConfiguration(port: gateway.port), sources: SourceTable(generation: 1, sources: []), journal: gateway.journal,
                log: Logger(label: "test") { _ in gateway.log }, clock: { Samples.now })
            let failure = Mutex<IngestError?>(nil)
            let flag = Flag()
            Task.detached {
                do throws(IngestError) { _ = try await other.start() } catch { failure.withLock { $0 = error } }
                flag.raise()
            }
            #expect(gateway.eventually { flag.isRaised })
            let error = try #require(failure.withLock { $0 })
            #expect(error.code == .address && error.message == "cannot listen on 127.0.0.1:\(gateway.port): another process listens there")
        }
    }
}
