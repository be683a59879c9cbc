import FindingModel

/// What a machine knows of requests that failed only after a long time, most of them because nobody answered.
///
/// Each try of that kind holds the sink up for as long, so a batch that failed so is neither tried twice nor halved step by step: its parts follow at once,
/// of a part that fails so too single changes, and each has a part of the time only. A receiver that is merely slow takes them, and gets smaller batches
/// from then on; one change that it never answers is found after two parts of the time.
struct Slowness: Sendable {
    /// A request with several changes that failed so, and none of them alone since.
    private struct Failed {
        let last: UInt64
        let count: Int
    }

    /// Up to this change of the window a request holds `part` changes, and has so long.
    private(set) var partsThrough: UInt64 = 0
    private(set) var part = 1
    private(set) var partTime: Duration?
    /// Up to this change of the window a request holds one, and has so long.
    private(set) var singlyThrough: UInt64 = 0
    private(set) var singleTime: Duration?
    /// Rows that go alone, for the same reason.
    private(set) var rows: Set<UInt64> = []
    /// Changes the last try of which failed so alone, and until when their rows let others go first, because it cost much time.
    private var slowRows: Set<UInt64> = []
    private var slowRest = Timestamp(milliseconds: 0)
    /// How long the next changes have that go alone, and until when: one was not answered a short time ago, and there may be more.
    private var waryTime: Duration?
    private var waryUntil = Timestamp(milliseconds: 0)
    /// How long a change that is tried beside one that failed so has, until something is taken.
    private(set) var otherTime: Duration?
    /// The most changes in a request, because more took the receiver too long; nothing without a limit.
    private(set) var most: Int?
    /// How often as many were taken.
    private var passes = 0
    private var failed: [Failed] = []
    /// How long the last request with one change took that was taken.
    private var single: Duration = .zero

    /// Up to so many changes go one by one at once.
    private static let fewChanges = 32
    /// How often the most that the receiver takes must be taken before more are tried.
    private static let passesBeforeMore = 20
    /// Of a batch in parts of parts only so much is remembered.
    private static let failedMax = 8

    /// The last change up to which the window's go in parts.
    var through: UInt64 { max(partsThrough, singlyThrough) }

    /// A request with several changes of the window failed after `took`; returns how many the next one holds.
    mutating func note(last: UInt64, count: Int, took: Duration, policy: DeliveryPolicy) -> Int {
        if failed.count < Self.failedMax { failed.append(Failed(last: last, count: count)) }
        let time = time(after: took, policy)
        guard count > Self.fewChanges else {
            (singlyThrough, singleTime) = (max(singlyThrough, last), time)
            return 1
        }
        (partsThrough, partTime) = (max(partsThrough, last), time)
        part = Int(Double(count).squareRoot().rounded(.up))
        return part
    }

    /// A request with several rows failed so.
    mutating func note(rows new: [UInt64], took: Duration, open: OpenItems, policy: DeliveryPolicy) {
        rows = rows.filter { open[$0] != nil }.union(new)
        singleTime = time(after: took, policy)
    }

    /// A change failed so alone: it, and not the number of changes, was the reason before.
    mutating func noteAlone(_ sequence: UInt64, took: Duration, policy: DeliveryPolicy) {
        failed.removeAll { sequence <= $0.last }
        rows.remove(sequence)
        otherTime = time(after: took, policy)
    }

    /// A change failed so alone: those that wait have to be given more time than changes that are never answered take.
    mutating func rest(_ sequence: UInt64, at now: Timestamp, took: Duration, open: OpenItems, policy: DeliveryPolicy) {
        if slowRows.count >= policy.openItemsMax { slowRows = slowRows.filter { open[$0] != nil } }
        slowRows.insert(sequence)
        slowRest = max(slowRest, now.advanced(byMilliseconds: took.wholeMilliseconds * Int64(policy.slowRest)))
        let time = time(after: took, policy)
        waryTime = now < waryUntil ? min(waryTime ?? time, time) : time
        waryUntil = now.advanced(byMilliseconds: policy.slowWary.wholeMilliseconds)
    }

    /// The rows that let others go first at `now`.
    func resting(at now: Timestamp) -> Set<UInt64> { now < slowRest ? slowRows : [] }

    /// How long a change that goes alone has at `now`; nothing for as long as the sink gives any.
    func wary(at now: Timestamp) -> Duration? { now < waryUntil ? waryTime.map { max($0, single * 2) } : nil }

    /// The sink took something.
    mutating func settle() { otherTime = nil }

    /// The sink took a request with `count` changes.
    mutating func noteTaken(count: Int, took: Duration, limits: SinkLimits) {
        if count == 1 {
            single = took
            (partTime, singleTime) = (partTime.map { max($0, took * 2) }, singleTime.map { max($0, took * 2) })
        }
        guard let most, count >= most else { return }
        passes += 1
        guard passes >= Self.passesBeforeMore else { return }
        passes = 0
        self.most = most * 2 < limits.count ? most * 2 : nil
    }

    /// All that was in requests that failed so has passed in parts: there were too many in them.
    mutating func learn(isLeft: (UInt64) -> Bool) {
        while let batch = failed.last, !isLeft(batch.last) {
            failed.removeLast()
            passes = 0
            most = min(most ?? .max, max(1, batch.count / 2))
            part = min(part, most ?? part)
        }
    }

    /// How long the next, smaller request has when one failed after `took`: what suffices for a change that was taken alone, with some to spare.
    private func time(after took: Duration, _ policy: DeliveryPolicy) -> Duration { max(policy.slow, took / policy.slowParts, single * 2) }
}
