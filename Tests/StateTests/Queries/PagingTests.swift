import Adapters
import FindingModel
import Journal
import Testing

@testable import State

/// Lists that change while they are read, page after page.
struct PagingTests {
    private static let count = 30, touches = 400

    /// Findings of several severities and times, and events that move each of them: they are seen again, and get better or worse.
    private static func gate() async throws -> Gate {
        var script = Script()
        for number in 0..<count {
            script.add("\(number)", key: "k\(number)", at: Int64(number % 6)) { entry in
                let finding = Making.finding("\(number)", receipt: entry.number) {
                    $0.severity = Severity.allCases[number % 6]
                    $0.lastSeenTime = Making.time(Int64(number % 6))
                }
                return .finding(finding, says: [.status, .severity, .lastSeen])
            }
            for touch in 0..<touches {
                script.add("\(number)+\(touch)", key: "k\(number)+\(touch)", at: Int64(100 + touch)) { entry in
                    let finding = Making.finding("\(number)", receipt: entry.number) {
                        $0.severity = Severity.allCases[touch % 6]
                        $0.lastSeenTime = Making.time(Int64(100 + touch))
                    }
                    return .finding(finding, says: [.status, .severity, .lastSeen])
                }
            }
        }
        let gate = try Gate(script)
        for number in 0..<count { try await gate.receive("\(number)") }
        try gate.catchUp()
        return gate
    }

    /// Reads all pages, and has the record that `moved` picks among those shown so far seen again behind each.
    private static func walk(
        _ gate: Gate, _ order: RecordFilter.Order, limit: Int, touch: inout Int, moved: (_ shown: [String]) -> String
    ) async throws -> (shown: [String], touched: Set<String>) {
        var filter = RecordFilter(.finding)
        (filter.order, filter.limit) = (order, limit)
        let numbers = Dictionary(uniqueKeysWithValues: (0..<count).map { (Making.uid(.finding, "\($0)"), $0) })
        var shown: [String] = [], touched: Set<String> = []
        for _ in 0..<(4 * count) {
            let page = try #require(try await gate.queries.records(filter))
            shown += page.rows.map(\.uid)
            guard let next = page.next else { return (shown, touched) }
            // As a command gives it back.
            filter.after = ListPlace(next.text)
            #expect(filter.after == next && next.order == order.rawValue)
            let uid = moved(shown)
            touched.insert(uid)
            touch += 1
            try await gate.receive("\(try #require(numbers[uid]))+\(touch)")
            try gate.catchUp()
        }
        Issue.record("the list in order \(order) does not end")
        return (shown, touched)
    }

    @Test(arguments: RecordFilter.Order.allCases) func aListEndsWhateverMovesAndShowsOnceWhatStoodStill(order: RecordFilter.Order) async throws {
        let gate = try await Self.gate()
        var random = SeededGenerator(seed: 7)
        var touch = 0
        for limit in [1, 4] {
            for isLast in [true, false] {
                let (shown, touched) = try await Self.walk(gate, order, limit: limit, touch: &touch) {
                    isLast ? $0[$0.count - 1] : Making.uid(.finding, "\(Int.random(in: 0..<Self.count, using: &random))")
                }
                let still = (0..<Self.count).map { Making.uid(.finding, "\($0)") }.filter { !touched.contains($0) }
                for uid in still { #expect(shown.count { $0 == uid } == 1, "\(order), \(limit) a page") }
                if !order.needsMark { #expect(shown.count == Self.count && Set(shown).count == Self.count) }
            }
        }
        await gate.journal.stop()
    }

    @Test func whatGrowsAtTheEndOfAListIsOfTheNextOne() async throws {
        let gate = try await Self.gate()
        var touch = 0
        func grow() async throws {
            touch += 1
            try await gate.receive("0+\(touch)")
            try gate.catchUp()
        }
        var events = EventFilter()
        (events.isOldestFirst, events.limit) = (true, 1)
        var receipts: [UInt64] = []
        for _ in 0..<(2 * Self.count) {
            let page = try await gate.queries.eventPage(events)
            receipts += page.rows.map(\.receipt)
            guard let next = page.next else { break }
            (events.after, events.last) = (UInt64(next.id), next.mark.flatMap { UInt64(exactly: $0) })
            try await grow()
        }
        #expect(receipts.count == Self.count && Set(receipts).count == Self.count)
        var history = HistoryFilter(uid: Making.uid(.finding, "0"))
        history.limit = 1
        let total = try await gate.queries.history(history).total
        var sequences: [UInt64] = []
        for _ in 0..<(2 * total) {
            let page = try await gate.queries.history(history)
            sequences += page.changes.map(\.sequence)
            guard let next = page.next else { break }
            (history.after, history.last) = (page.changes.last?.sequence, next.mark.flatMap { UInt64(exactly: $0) })
            try await grow()
        }
        #expect(total > 20 && sequences.count == total && sequences == sequences.sorted())
        await gate.journal.stop()
    }

    @Test(arguments: [(15, 2), (29, 2), (30, 1), (31, 1)]) func noListGoesOnBehindItsEnd(limit: Int, pages: Int) async throws {
        let gate = try await Self.gate()
        for order in RecordFilter.Order.allCases {
            var filter = RecordFilter(.finding)
            (filter.order, filter.limit) = (order, limit)
            var count = 0
            repeat {
                let page = try #require(try await gate.queries.records(filter))
                filter.after = page.next
                count += 1
            } while filter.after != nil
            #expect(count == pages, "\(order)")
        }
        var events = EventFilter(), count = 0
        events.limit = limit
        repeat {
            events.after = try await gate.queries.eventPage(events).next.flatMap { UInt64($0.id) }
            count += 1
        } while events.after != nil
        #expect(count == pages)
        await gate.journal.stop()
    }

    @Test(
        arguments: [
            ("f_1", ListPlace(order: nil, id: "f_1")), ("new:f_1", ListPlace(order: "new", id: "f_1")),
            ("seen:-5:f_1", ListPlace(order: "seen", mark: -5, id: "f_1")),
            ("old:9223372036854775807:7", ListPlace(order: "old", mark: .max, id: "7")), ("", nil), (":", nil), ("new:", nil), (":f_1", nil), ("a:b:c", nil),
            ("old:9223372036854775808:7", nil), ("seen:1:f:1", nil),
        ] as [(String, ListPlace?)]) func aPlaceIsReadAsItIsWritten(text: String, place: ListPlace?)
    {
        #expect(ListPlace(text) == place)
        if let place { #expect(place.text == text) }
    }
}
