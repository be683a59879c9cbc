import FindingModel
import JSONDocument

/// Lets one of the gateway's own notices an hour through for each kind and subject, and counts what the next one stands for.
///
/// Whoever uses it says what time it is, in milliseconds: the receipt times of entries in a projection, a clock elsewhere. One that was set back
/// counts as time that has passed.
package struct NoticeLimit: Sendable {
    /// Between two notices of one kind and subject.
    package static let pause: Int64 = 3_600_000

    /// What notices are about.
    struct Subject: Hashable, Comparable, Sendable {
        let kind: String
        /// The source, sink or disk; empty for the gateway itself.
        let name: String

        static func < (left: Subject, right: Subject) -> Bool { (left.kind, left.name) < (right.kind, right.name) }
    }

    /// What was said of a subject.
    struct Told: Sendable {
        /// When a notice was let through last.
        var at: Int64
        /// How much was held back since.
        var waiting: Int64 = 0
        /// The newest notice that was.
        var newest: GatewayNotice?
    }

    private(set) var told: [Subject: Told]

    package init() { self.init(told: [:]) }

    init(told: [Subject: Told]) { self.told = told }

    /// The notice as it is to be told now, with the number of those that it stands for; nothing when one of its kind and subject was told in the
    /// hour before.
    package mutating func admit(_ notice: GatewayNotice, at now: Int64) -> GatewayNotice? {
        let subject = notice.limitedAs
        guard var before = told[subject], Self.isTooSoon(now, after: before.at) else {
            let count = notice.count.addingReportingOverflow(told[subject]?.waiting ?? 0).partialValue
            told[subject] = Told(at: now)
            return notice.standing(for: count)
        }
        before.waiting &+= notice.count
        before.newest = notice
        told[subject] = before
        return nil
    }

    /// What was held back and may be told now, in order of kinds and subjects.
    package mutating func due(at now: Int64) -> [GatewayNotice] {
        var notices: [GatewayNotice] = []
        for (subject, state) in told.sorted(by: { $0.key < $1.key }) {
            guard let newest = state.newest, !Self.isTooSoon(now, after: state.at) else { continue }
            told[subject] = Told(at: now)
            notices.append(newest.standing(for: state.waiting))
        }
        return notices
    }

    /// Whether an hour has not passed since `before`.
    static func isTooSoon(_ now: Int64, after before: Int64) -> Bool { (0..<pause).contains(now.subtractingReportingOverflow(before).partialValue) }
}

extension GatewayNotice {
    /// How many it stands for, as its details say; 1 where they do not.
    package var count: Int64 { max(1, details?.value["count"]?.integerValue ?? 1) }

    /// What it is counted with: its kind, and the source, sink or disk that it is about.
    var limitedAs: NoticeLimit.Subject {
        let value = details?.value
        var name = ["source", "sink", "volume"].lazy.compactMap { value?[$0]?.stringValue }.first ?? ""
        // That a disk has room again is other news than that it has none.
        if let isLow = value?["low"] { name += isLow == .bool(true) ? " low" : " not low" }
        // So is that entries were lost, beside an end that was merely not finished.
        if kind == "recovery", !(value?["damaged"]?.arrayValue?.isEmpty ?? true) { name = "damaged" }
        return NoticeLimit.Subject(kind: kind, name: name)
    }

    /// The same, standing for `count`.
    func standing(for count: Int64) -> GatewayNotice {
        var writer = JSONWriter()
        writer.beginObject()
        for member in details?.value.objectValue ?? [] where member.name != "count" {
            writer.key(member.name)
            writer.raw(member.value.bytes)
        }
        writer.key("count")
        writer.integer(count)
        writer.endObject()
        let words = count > self.count ? "\(summary) (\(count) in all since the last such notice)" : summary
        return GatewayNotice(kind: kind, summary: words, details: RawJSON(bytes: writer.bytes))
    }
}

extension RawJSON {
    fileprivate var value: JSONValue { (try? JSONValue(parsing: bytes)) ?? .object([]) }
}
