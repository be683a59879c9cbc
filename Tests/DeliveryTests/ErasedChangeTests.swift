import FindingModel
import Foundation
import State
import Synchronization
import Testing

@testable import Delivery

/// Changes whose receipts were erased before they had left.
struct ErasedChangeTests: PumpTesting {
    let bench: PumpBench

    init() throws { bench = try PumpBench() }

    /// The changes 1 to 6, some of them erased.
    private func changes(erased: Set<UInt64> = []) -> [Change] {
        Change.findings(1...6).map { change in
            var change = change
            change.isErased = erased.contains(change.sequence)
            return change
        }
    }

    private func expectSum(_ position: SinkPosition?) {
        guard let position else { return #expect(Bool(false), "there is no position") }
        let sum = position.delivered + position.filtered + position.superseded + position.expired + position.dropped + position.open
        #expect(position.cursor - position.start == sum)
    }

    @Test func whatASinkIsBehindWithIsDroppedAlsoWhereItWasReadBefore() async throws {
        feed.append(changes())
        let isDown = Mutex(true)
        let sink = ScriptedSink { _, _ in isDown.withLock { $0 } ? .retry(DeliveryFailure("down")) : .delivered(status: 200, id: nil) }
        let clock = ManualClock(), service = service([sink], clock: clock)
        service.start()
        await eventually { sink.attempts.count == 1 && clock.sleeping > 0 }
        feed.remake(changes(erased: [2, 5]))
        isDown.withLock { $0 = false }
        await eventually {
            clock.advance(by: .seconds(60))
            return await savedCursor() == 6
        }
        #expect(Set(sink.taken) == [1, 3, 4, 6])
        await eventually {
            let status = await service.statuses()[0]
            return status.position.delivered == 4 && status.position.dropped == 2 && status.position.erased == 2 && status.pending == 0
        }
        await stop(service)
        expectSum(try await ledger.position(of: "sink"))
        #expect(try await ledger.position(of: "sink")?.erased == 2)
    }

    @Test func rowsAndDeadLettersAreDroppedAndWhatWaitsBehindThemGoesOn() async throws {
        var all = changes()
        // 4 waits for 3, which is of the same record.
        all[3] = .finding(4, record: "f_3")
        feed.append(all)
        let sink = ScriptedSink { _, batch in
            .items(
                batch.map { change in
                    switch change.sequence {
                    case 2: .reject(DeliveryFailure("no", status: 400))
                    case 3: .retry(DeliveryFailure("later", status: 503))
                    default: .delivered
                    }
                }, status: 200, id: nil)
        }
        let clock = ManualClock(), service = service([sink], clock: clock)
        service.start()
        await eventually {
            let status = await service.statuses()[0]
            return status.dead == 1 && status.retrying == 1 && status.position.cursor == 6
        }
        await eventually { await savedCursor() == 6 }
        for index in [1, 2] { all[index].isErased = true }
        feed.remake(all)
        await eventually {
            clock.advance(by: .seconds(1))
            let status = await service.statuses()[0]
            return status.position.dropped == 2 && status.position.open == 0
        }
        #expect(sink.attempts.flatMap(\.sequences).contains(4))
        await stop(service)
        let position = try await ledger.position(of: "sink")
        expectSum(position)
        #expect(position?.erased == 2 && position?.delivered == 4)
        #expect(try await ledger.letters(sink: "sink", limit: 10).isEmpty)
    }

    @Test func whatWasErasedWhileTheGatewayStoodIsDroppedAtItsStart() async throws {
        feed.append(changes())
        try await ledger.insert(SinkPosition(name: "sink", start: 0))
        var write = LedgerWrite(position: SinkPosition(name: "sink", start: 0, cursor: 3, delivered: 1, filtered: 0, expired: 0, open: 2))
        let now = Timestamp(milliseconds: 1)
        write.rows = [.put(OpenItem(feed.all[1], state: .retrying, at: now), nil), .put(OpenItem(feed.all[2], state: .dead, at: now), nil)]
        write.position.anchor = feed.all[2].id
        try await ledger.apply(write, after: 0)
        feed.remake(changes(erased: [2, 3, 4]))
        let sink = ScriptedSink(), service = service([sink])
        service.start()
        await eventually { await savedCursor() == 6 }
        #expect(sink.taken == [5, 6])
        await eventually { await service.statuses()[0].position.erased == 3 }
        await stop(service)
        expectSum(try await ledger.position(of: "sink"))
    }

    /// What was erased while a replay was under way, or waited for its turn, is no longer counted as to be sent.
    @Test func aReplayReachesItsNumberAlsoWhereSomeOfItIsErased() async throws {
        feed.append(changes())
        // It takes its own six changes and two of the first replay, and is away until it is told.
        let isDown = Mutex(true)
        let sink = ScriptedSink(count: 1) { attempt, _ in
            attempt >= 8 && isDown.withLock { $0 } ? .retry(DeliveryFailure("away", isOfSink: true)) : .delivered(status: 200, id: nil)
        }
        let clock = ManualClock(), service = service([sink], clock: clock)
        service.start()
        await eventually { await savedCursor() == 6 }
        for types in [[], ["finding.*"]] {
            let wish = ReplayWish(sink: "sink", from: .wall(Timestamp(milliseconds: 0)), to: nil, types: types, rate: nil, who: "me")
            #expect(try await service.replay(wish, isMade: true)?.job.total == 6)
        }
        await eventually { sink.attempts.count >= 9 }
        await eventually { (try? await ledger.openReplays(of: "sink").first?.delivered) == 2 }
        feed.remake(changes(erased: [1, 5]))
        await eventually { (try? await ledger.openReplays(of: "sink").map(\.total)) == [5, 4] }
        isDown.withLock { $0 = false }
        await eventually {
            clock.advance(by: .seconds(60))
            return (try? await ledger.openReplays(of: "sink").isEmpty) == true
        }
        let jobs = try await ledger.jobs(limit: 2)
        #expect(jobs.map(\.delivered) == [4, 5] && jobs.map(\.total) == [4, 5])
        await stop(service)
    }

    @Test func noReplaySendsThem() async throws {
        feed.append(changes(erased: [2, 5]))
        let sink = ScriptedSink(), service = service([sink])
        service.start()
        await eventually { await savedCursor() == 6 }
        let wish = ReplayWish(sink: "sink", from: .wall(Timestamp(milliseconds: 0)), to: nil, types: [], rate: nil, who: "me")
        let job = try await service.replay(wish, isMade: true)
        #expect(job?.job.wanted == 4)
        await eventually { await service.statuses()[0].lastReplay?.isDone == true }
        #expect(sink.taken == [1, 3, 4, 6, 1, 3, 4, 6])
        await stop(service)
    }

    @Test func whatASinkSaysOfARequestThatBeganBeforeIsNotKept() async throws {
        feed.append(changes())
        let gate = Gate()
        let sink = ScriptedSink { attempt, batch in
            guard attempt == 0 else { return .delivered(status: 200, id: nil) }
            await gate.wait()
            return .items(batch.map { $0.sequence == 2 ? .reject(DeliveryFailure("no LEAKEDPASSWORD", status: 400)) : .delivered }, status: 200, id: nil)
        }
        let service = service([sink])
        service.start()
        await eventually { sink.begun == 1 }
        feed.remake(changes(erased: [3]))
        #expect(await !service.beginsAnew(within: .milliseconds(1)))
        gate.open()
        #expect(await service.beginsAnew(within: .seconds(60)))
        await eventually { await savedCursor() == 6 }
        #expect(try await ledger.letters(sink: "sink", limit: 9).map(\.words) == ["answered 400"])
        await stop(service)
        #expect(await service.beginsAnew(within: .seconds(60)), "nothing is under way where nothing runs")
    }

    @Test func aNoticeOfAPausedSinkTellsItsCodeAndNoneOfItsWords() async throws {
        feed.append(changes())
        let told = Mutex<[GatewayNotice]>([]), clock = ManualClock()
        let sink = ScriptedSink { _, _ in .pause(DeliveryFailure("answered 403: LEAKEDPASSWORD", status: 403)) }
        let service = service([sink], clock: clock) { notice in told.withLock { $0.append(notice) } }
        service.start()
        await eventually {
            clock.advance(by: .seconds(1))
            return told.withLock { !$0.isEmpty }
        }
        let notice = try #require(told.withLock { $0.first })
        #expect(notice.summary == "Sink sink is paused: answered 403 (its words: weir sinks)")
        #expect(notice.details?.text == #"{"sink":"sink","reason":"answered 403","status":403,"count":1}"#)
        #expect(await service.statuses()[0].state.outage?.failure.reason == "answered 403: LEAKEDPASSWORD", "a person who looks sees all of it")
        await stop(service)
    }

    @Test func aTicketKeepsWhatOthersSaid() async throws {
        let now = Timestamp(milliseconds: 1)
        for (uid, change) in [("f_1", "t-1-1"), ("f_2", nil)] {
            var link = TicketLink(uid: uid, mark: uid, state: .linked, intended: now)
            link.appliedChange = change
            link.shown = TicketLink.Shown(severity: .high, status: .open, resources: ["host"], title: "title")
            try await ledger.put([link], sink: "jira")
        }
        let links = try await ledger.shownWords(of: ["f_1", "f_2", "f_3"])
        #expect(links.map(\.change) == ["t-1-1", nil])
        let link = try #require(links.first)
        var finding = Finding.test(at: now), host = Resource()
        host.name = "host"
        (finding.title, finding.resources) = ("title", [host])
        let none = ErasedWords(title: false, resources: false)
        #expect(link.gone(none, of: finding) == none && link.gone(.all, of: finding) == .all)
        finding.title = "a newer one, which tickets are not told"
        #expect(link.gone(none, of: finding) == ErasedWords(title: true, resources: false))
        for (words, title, resources) in [
            (ErasedWords(title: false, resources: false), "title", ["host"]), (ErasedWords(title: false, resources: true), "title", []),
            (ErasedWords(title: true, resources: false), "(erased)", []),
        ] {
            try await ledger.erase(words, in: link)
            let shown = try await ledger.ticket(of: "f_1", sink: "jira")?.shown
            #expect(shown?.title == title && shown?.resources == resources)
        }
        #expect(try await ledger.ticket(of: "f_2", sink: "jira")?.shown?.title == "title")
    }

    @Test func whatIsFinishedIsRemembered() async throws {
        #expect(try await ledger.finishedErasures() == [])
        for receipts in [[7, 3], [3]] as [[UInt64]] { try await ledger.finishErasures(of: receipts) }
        #expect(try await ledger.finishedErasures() == [3, 7])
    }

    @Test func whatSinksSaidAndTicketsShowIsTakenOut() async throws {
        let secret = "LEAKEDPASSWORD"
        try await ledger.insert(SinkPosition(name: "sink", start: 0))
        var write = LedgerWrite(position: SinkPosition(name: "sink", start: 0, cursor: 2, delivered: 0, filtered: 0, expired: 0, open: 2))
        let now = Timestamp(milliseconds: 1)
        write.rows = [1, 2].map {
            .put(OpenItem(.finding($0), state: .dead, at: now), DeliveryFailure("no \(secret)", status: 400))
        }
        write.outage = .some(LedgerWrite.Outage(since: now, isPaused: true, failures: 7, failure: DeliveryFailure("refused \(secret)")))
        write.deliveries = [DeliveryRow(sink: "sink", sequences: [1], lastChange: nil, time: now, status: 250, remoteID: "queued \(secret)")].compactMap { $0 }
        try await ledger.apply(write, after: 0)
        var link = TicketLink(uid: "f_1", mark: "m", state: .linked, intended: now)
        link.shown = TicketLink.Shown(severity: .high, status: .open, resources: [secret], title: secret)
        try await ledger.put([link], sink: "jira")
        try await ledger.eraseWords(about: ["f_1", "f_2"])
        for link in try await ledger.shownWords(of: ["f_1"]) { try await ledger.erase(.all, in: link) }
        #expect(try await ledger.letters(sink: "sink", limit: 9).map(\.words) == ["(erased)", "(erased)"])
        let shown = try await ledger.ticket(of: "f_1", sink: "jira")?.shown
        #expect(shown == TicketLink.Shown(severity: .high, status: .open, resources: [], title: "(erased)"))
        try await ledger.compact()
        await ledger.close()
        for name in folder.names {
            let bytes = try folder.bytes(of: name)
            #expect(!String(decoding: bytes, as: UTF8.self).contains(secret), "\(name)")
        }
    }
}

extension TemporaryFolder {
    fileprivate func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }
}
