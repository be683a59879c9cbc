import FindingModel
import Logging
import State
import Synchronization

extension Pump {
    /// Notes that something of the gateway itself failed, and waits; false when the task is cancelled meanwhile.
    func wait(after reason: String) async -> Bool {
        guard !Task.isCancelled else { return false }
        let outage = trouble.withLock { trouble in
            trouble.fail(DeliveryFailure(reason), at: now, policy: surroundings.policy, fraction: surroundings.random())
            return trouble.outage
        }
        guard let outage else { return true }
        log.log(level: outage.failures == 1 ? .warning : .debug, "sink \(sink.name): \(reason); failures in a row: \(outage.failures)")
        do {
            try await surroundings.clock.sleep(for: .milliseconds(max(0, outage.next.milliseconds - now.milliseconds)))
            return true
        } catch {
            return false
        }
    }

    func noteRecovery() {
        guard let outage = trouble.withLock({ $0.succeed() }) else { return }
        log.notice("sink \(sink.name) goes on after \(outage.failures) failures since \(outage.since.rfc3339)")
    }

    /// Shows what an earlier run or configuration delivered last, and its newest replay that is done.
    func show(lastDelivered time: Timestamp?, lastReplay: ReplayJob?) {
        shown.withLock { ($0.lastDeliveredTime, $0.lastReplay) = (time, lastReplay) }
    }

    /// Shows where the sink stands.
    func show(_ run: PumpRun) {
        let now = now
        shown.withLock { status in
            status.position = run.machine.position
            status.retrying = UInt64(run.machine.open.count(.retrying))
            status.held = UInt64(run.machine.open.count(.held))
            status.again = UInt64(run.machine.open.count(.again))
            status.dead = run.machine.dead
            status.state =
                switch run.machine.shownCondition(at: now) {
                case .failing(let outage): .retrying(outage)
                case .paused(let outage): .paused(outage)
                case .healthy: run.machine.hasRequests ? .delivering : .idle
                }
            status.replay = run.replay?.job
            status.isFull = run.machine.open.count >= surroundings.policy.openItemsMax
        }
    }

    func note(_ outcome: DeliveryOutcome, at now: Timestamp) {
        // Nobody was asked.
        if case .items([], _, _) = outcome { return }
        let failure = outcome.failure
        let status = failure?.status ?? outcome.receipt.status
        let concern = sink.concern
        shown.withLock { shown in
            shown.lastAnswer = SinkStatus.Answer(time: now, status: status, text: failure?.reason ?? concern ?? "delivered")
            if outcome.hasDelivered { shown.lastDeliveredTime = now }
            if shown.concern?.reason != concern { shown.concern = concern.map { SinkStatus.Concern(since: now, reason: $0) } }
        }
        tell(concern, as: sink.toldConcern)
    }

    /// Says once what is wrong although changes are delivered.
    private func tell(_ concern: String?, as told: String?) {
        let isNew = lastConcern.withLock { last in
            defer { last = concern }
            return last != concern
        }
        guard isNew, let concern else { return }
        log.warning("sink \(sink.name): \(concern)")
        if let told { notify(.sinkConcern(sink.name, reason: told)) }
    }

    /// Tells the journal, once an hour at most: a sink that comes and goes, or says something else each time, is spoken of no more often; the next notice says
    /// how many it stands for.
    private func notify(_ notice: GatewayNotice) {
        let now = now
        if let due = notices.withLock({ $0.admit(notice, at: now.milliseconds) }) { surroundings.notify(due) }
    }

    /// Names the dead letters of which nothing that is under way can show any more that they are none.
    func tellDeaths(_ run: inout PumpRun) {
        guard !run.machine.hasRequests else { return }
        run.machine.endStreak(isOver: false)
        tell(run.machine.takeEvents())
    }

    func tell(_ events: [SinkEvent]) {
        for event in events {
            switch event {
            case .fails(let failure): log.warning("sink \(sink.name): \(failure.reason); it is tried again")
            case .paused(let failure):
                log.error("sink \(sink.name) is paused: \(failure.reason)")
                notify(.sinkPaused(sink.name, failure))
            case .recovered(let outage): log.notice("sink \(sink.name) goes on after \(outage.failures) failures since \(outage.since.rfc3339)")
            case .died(let item, let words): log.warning("change \(item.changeID) is a dead letter of sink \(sink.name): \(words)")
            case .pendingAgain(let count):
                log.warning("\(count) \(count == 1 ? "change that was called a dead letter is" : "changes that were called dead letters are") pending again")
            case .expired(let count):
                log.warning(
                    "\(count) \(count == 1 ? "change is no longer kept and was" : "changes are no longer kept and were") never delivered to sink \(sink.name)")
            }
        }
    }
}
