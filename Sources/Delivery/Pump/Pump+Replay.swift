import FindingModel
import Logging
import State
import Synchronization

extension Pump {
    /// The number of a replay's request among those under way.
    static let replayRequest = 0

    /// Whether the sink has nothing to do for its own cursor, so that a replay may go on.
    func isCalm(_ run: PumpRun) -> Bool { run.isAtEnd && run.machine.letsReplaysGo }

    /// Takes a replay further while nothing else is to be done: what failed of it is tried again, and never the sink's own cursor's affair.
    func replay(_ run: inout PumpRun) async {
        do {
            guard isCalm(run), run.replay != nil || run.mayHaveReplay else { return }
            if run.replay == nil {
                run.replay = try await nextReplay().map {
                    ReplayMachine($0, limits: sink.limits, policy: surroundings.policy, notesTold: states != nil)
                }
                run.mayHaveReplay = run.replay != nil
            }
            let now = now
            while let item = run.replay?.missing(at: now) {
                let change = try await RequestRun(sink: sink, feed: surroundings.feed).change(called: item.changeID, at: item.sequence)
                run.replay?.provide(change, for: item)
            }
            while let after = run.replay?.readAfter {
                let page = try await surroundings.feed.changes(after: after, limit: pageLimit, maxBytes: pageBytes)
                guard let job = run.replay?.job else { return }
                run.replay?.admit(page, takes: try await takes(page, of: job))
                if Task.isCancelled { return }
            }
            guard let changes = run.replay?.next(at: now) else {
                if run.replay?.job.isDone == true { mailbox.post(.replay) }
                return
            }
            let time = run.replay?.time
            requests.start(Self.replayRequest) { [mailbox, sink, states] in
                mailbox.post(.replayed(await ExchangeTime.$limit.withValue(time) { await ReplayEnd.delivering(changes, to: sink, states) }))
            }
        } catch {
            log.warning("the replay to sink \(sink.name) waits: \(error)")
        }
    }

    /// Takes in how a replay's request ended.
    func end(_ end: ReplayEnd, _ run: inout PumpRun, at now: Timestamp) {
        run.replay?.end(end, isTrusted: run.machine.health.isHealthy, tally: &run.machine.tally, at: now, fraction: surroundings.random())
        run.machine.witness(end.outcome.works, at: now)
    }

    /// Writes down how far the replay has come; false when the ledger cannot be written.
    func isReplayWritten(_ run: inout PumpRun) async -> Bool {
        do throws(LedgerError) { try await writeReplay(&run) } catch {
            log.warning("the replay to sink \(sink.name) waits: \(error)")
            return false
        }
        return true
    }

    /// Writes down, at the end of a run, how far the replay has come.
    func leaveReplay(_ run: inout PumpRun) async {
        do throws(LedgerError) { try await writeReplay(&run) } catch {
            log.error("the replay to sink \(sink.name) was not written down, so its last changes will be sent again: \(error)")
        }
    }

    /// Writes down how far the replay has come, and leaves it when it is done.
    func writeReplay(_ run: inout PumpRun) async throws(LedgerError) {
        if let write = run.replay?.pending {
            try await surroundings.ledger.apply(write)
            run.replay?.noteWritten()
        }
        guard let job = run.replay?.job, job.isDone, run.replay?.isUnderWay == false else { return }
        run.replay = nil
        shown.withLock { $0.lastReplay = job }
        let end = job.cancelled == nil ? "is done" : "was cancelled"
        log.notice("replay \(job.id) to sink \(sink.name) \(end): \(job.delivered) delivered, \(job.filtered) filtered, \(job.refused) refused")
    }
}
