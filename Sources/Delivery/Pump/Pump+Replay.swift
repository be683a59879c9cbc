import Logging
import State
import Synchronization

extension Pump {
    /// The number of a replay's request among those under way.
    static let replayRequest = 0

    /// Whether the sink has nothing to do for its own cursor, so that a replay may go on.
    func isCalm(_ run: PumpRun) -> Bool {
        run.isAtEnd && !run.machine.hasRequests && !run.machine.hasReady && run.machine.health.isHealthy
    }

    /// Takes a replay further while nothing else is to be done: what failed of it is tried again, and never the sink's own cursor's affair.
    func replay(_ run: inout PumpRun) async {
        guard isCalm(run), run.replay != nil || run.mayHaveReplay else { return }
        do {
            if !run.isReplaySaved, let job = run.replay?.job {
                try await surroundings.ledger.update(job)
                run.isReplaySaved = true
                if job.isDone {
                    run.replay = nil
                    shown.withLock { $0.lastReplay = job }
                    log.notice("replay \(job.id) to sink \(sink.name) is done: \(job.delivered) delivered, \(job.filtered) filtered, \(job.refused) refused")
                }
            }
            if run.replay == nil {
                let job = try await nextJob()
                run.replay = job.map { ReplayMachine($0, limits: sink.limits, policy: surroundings.policy) }
                run.mayHaveReplay = run.replay != nil
            }
            while let place = run.replay?.missing {
                let change = try await RequestRun(sink: sink, feed: surroundings.feed).change(called: place.changeID, at: place.sequence)
                run.replay?.provide(change, at: place)
            }
            while let after = run.replay?.readAfter {
                let page = try await surroundings.feed.changes(after: after, limit: pageLimit, maxBytes: pageBytes)
                run.replay?.admit(page, takes: filter.takes(page))
                run.isReplaySaved = false
                if Task.isCancelled { return }
            }
        } catch {
            log.warning("the replay to sink \(sink.name) waits: \(error)")
            return
        }
        guard let changes = run.replay?.next(at: now) else {
            if run.replay?.job.isDone == true { mailbox.post(.replay) }
            return
        }
        requests.start(Self.replayRequest) { [mailbox, sink] in
            let outcome = await sink.deliver(changes)
            mailbox.post(.replayed(outcome))
        }
    }
}
