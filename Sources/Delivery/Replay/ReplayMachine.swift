import FindingModel

/// Decides about one replay: what is handed over next, and what an answer means; like `SinkMachine`, without clock, disk or sink.
struct ReplayMachine: Sendable {
    private(set) var job: ReplayJob
    private let limits: SinkLimits
    private let policy: DeliveryPolicy
    /// Changes that were read and are not done with.
    private var buffer: [Waiting] = []
    private var readThrough: UInt64
    /// The id of the change at `readThrough`.
    private var readID: String?
    private(set) var isUnderWay = false
    private var batch: Int
    private var health = SinkHealth()
    /// Attempts of the first change that the sink put off.
    private var putOffs = 0
    private var notBefore: Timestamp?
    /// Attempts after which a change that is put off counts as refused.
    private static let putOffsMax = 10

    init(_ job: ReplayJob, limits: SinkLimits, policy: DeliveryPolicy) {
        self.job = job
        self.limits = limits
        self.policy = policy
        (readThrough, readID) = (job.cursor, job.anchor)
        batch = limits.count
    }

    private struct Waiting: Sendable {
        let change: Change
        /// The id of the change before it.
        let before: String?
    }

    /// Where to read on; nothing when enough was read.
    var readAfter: UInt64? { buffer.isEmpty && !isUnderWay && readThrough < job.last ? readThrough : nil }

    /// Takes what was read behind `readAfter`; an empty page says that there is no more.
    mutating func admit(_ page: [Change], takes: [Bool]) {
        guard let last = page.last else {
            readThrough = job.last
            return pass()
        }
        for (change, isTaken) in zip(page, takes) where change.sequence <= job.last {
            if isTaken, !change.isErased, job.matches(change) {
                buffer.append(Waiting(change: change, before: readID))
            } else {
                job.filtered += 1
            }
            readID = change.id
        }
        readThrough = min(last.sequence, job.last)
        pass()
    }

    /// The next changes to hand over at `now`.
    mutating func next(at now: Timestamp) -> [Change]? {
        guard !isUnderWay, !buffer.isEmpty, health.mayTry(at: now), (notBefore ?? now) <= now else { return nil }
        isUnderWay = true
        var bytes = 0
        let limit = min(batch, job.rate ?? batch)
        return Array(
            buffer.prefix(max(1, limit)).enumerated().prefix { index, waiting in
                bytes += waiting.change.approximateBytes
                return index == 0 || bytes <= limits.bytes
            }.map(\.element.change))
    }

    /// When `next` will have something.
    var wake: Timestamp? { isUnderWay || buffer.isEmpty ? nil : [health.outage?.next, notBefore].compactMap { $0 }.max() ?? Timestamp(milliseconds: 0) }

    mutating func end(_ count: Int, _ outcome: DeliveryOutcome, at now: Timestamp, fraction: Double) {
        isUnderWay = false
        switch outcome {
        case .delivered: take([ItemOutcome](repeating: .delivered, count: count), at: now, fraction: fraction)
        case .items(let items, _, _) where items.count == count: take(items, at: now, fraction: fraction)
        case .split(let failure), .reject(let failure):
            if count > 1 { batch = max(1, count / 2) } else { take([.reject(failure)], at: now, fraction: fraction) }
        case .retry(let failure): health.fail(failure, at: now, policy: policy, fraction: fraction)
        case .pause(let failure): health.pause(failure, at: now, policy: policy, fraction: fraction)
        case .items: health.fail(DeliveryFailure("the answer does not speak of every change"), at: now, policy: policy, fraction: fraction)
        }
        pass()
    }

    private mutating func take(_ items: [ItemOutcome], at now: Timestamp, fraction: Double) {
        _ = health.succeed()
        var kept: [Waiting] = []
        for (waiting, item) in zip(buffer, items) {
            switch item {
            case .taken, .superseded: job.delivered += 1
            case .reject(let failure): refuse(failure)
            case .untried: kept.append(waiting)
            case .retry(let failure), .failed(let failure, _):
                if kept.isEmpty { putOffs += 1 }
                if putOffs > Self.putOffsMax { refuse(failure) } else { kept.append(waiting) }
            }
        }
        buffer.replaceSubrange(0..<min(items.count, buffer.count), with: kept)
        if let rate = job.rate { notBefore = now.advanced(byMilliseconds: Int64(items.count - kept.count) * 1000 / Int64(max(1, rate))) }
        if kept.isEmpty {
            putOffs = 0
            batch = min(limits.count, batch * 2)
        } else {
            let wait = policy.item.calmWait(failures: putOffs, fraction: fraction, retryAfter: nil)
            notBefore = now.advanced(byMilliseconds: wait.wholeMilliseconds)
        }
    }

    private mutating func refuse(_ failure: DeliveryFailure) {
        job.refused += 1
        job.words = failure.reason
        putOffs = 0
    }

    private mutating func pass() { (job.cursor, job.anchor) = buffer.first.map { ($0.change.sequence - 1, $0.before) } ?? (readThrough, readID) }
}
