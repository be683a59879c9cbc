import FindingModel
import State

/// Tells sources that used to send and no longer do.
struct SilenceWatch: Sendable {
    private var after: [String: Int64]
    private var last: [String: Timestamp]
    private var counts: [String: UInt64] = [:]
    /// Sources whose silence was seen.
    private var told: Set<String> = []
    /// What was told, by the clock that is never set.
    private var limit = NoticeLimit()

    init(after: [String: Int64], lastReceived: [String: Timestamp]) {
        self.after = after
        last = lastReceived
    }

    /// Goes on with other limits; a source whose limit is another one may be told of again.
    mutating func follow(after limits: [String: Int64], lastReceived: [String: Timestamp]) {
        told = told.filter { limits[$0] == after[$0] }
        after = limits
        last.merge(lastReceived) { known, _ in known }
    }

    /// One notice for each silence, when it has lasted long enough.
    mutating func observe(_ seen: GatewayObservation) -> [GatewayNotice] {
        var notices: [GatewayNotice] = []
        for (name, source) in seen.sources.sorted(by: { $0.key < $1.key }) {
            if source.accepted != counts[name, default: 0] {
                counts[name] = source.accepted
                last[name] = seen.wall
                told.remove(name)
            }
            guard let limit = after[name], let since = last[name], !told.contains(name), seen.wall.milliseconds - since.milliseconds >= limit else { continue }
            told.insert(name)
            // A source that falls silent every few minutes is told of once an hour.
            let notice = GatewayNotice.sourceSilent(name, since: since, limit: DurationText.text(limit))
            if let due = self.limit.admit(notice, at: seen.monotonic) { notices.append(due) }
        }
        return notices + limit.due(at: seen.monotonic)
    }
}
