import FindingModel
import State
import Testing

@testable import Delivery

struct CursorCheckTests {
    private static func position(_ cursor: UInt64, anchor: String?) -> SinkPosition {
        SinkPosition(name: "s", start: 1, cursor: cursor, anchor: anchor, delivered: cursor - 1, filtered: 0, expired: 0)
    }

    /// The id that the tests' changes have.
    private static func id(_ sequence: UInt64) -> String { "abcdefgh-\(sequence)-1" }

    @Test func aCursorOnItsChangeStands() {
        let position = Self.position(7, anchor: Self.id(7))
        #expect(CursorCheck.decide(position, next: .finding(7), place: nil) == .stands(position))
    }

    @Test func aCursorWithoutAnchorTakesTheChangeThatIsThere() {
        let position = Self.position(7, anchor: nil)
        #expect(CursorCheck.decide(position, next: .finding(7), place: nil) == .stands(Self.position(7, anchor: Self.id(7))))
        #expect(CursorCheck.decide(position, next: .finding(9), place: nil) == .stands(position))
        #expect(CursorCheck.decide(position, next: nil, place: nil) == .stands(position))
    }

    @Test(arguments: [
        (ChangePlace.at(5), UInt64(5), "x" as String?, Int64(2)), (.at(9), 9, "x", -2), (.gone(after: 5), 5, nil, 2), (.gone(after: 0), 0, nil, 7),
    ])
    func aCursorFollowsItsChange(_ place: ChangePlace, _ cursor: UInt64, _ anchor: String?, _ vanished: Int64) throws {
        for next in [Change.finding(7), nil] {
            guard case .moved(let moved, let why) = CursorCheck.decide(Self.position(7, anchor: "x"), next: next, place: place) else {
                Issue.record("not moved")
                return
            }
            #expect(moved.cursor == cursor && moved.anchor == anchor && moved.vanished == vanished && moved.delivered == 6)
            #expect(Int64(moved.cursor) - Int64(moved.start) + moved.vanished == Int64(moved.delivered + moved.filtered + moved.expired))
            #expect(why.contains("ends at sequence \(cursor) and not at 7"))
        }
    }

    @Test func aCursorThatNeverHadAnIDGoesBackToTheEndOfARowThatEndsBeforeIt() {
        guard case .moved(let moved, _) = CursorCheck.decide(Self.position(700, anchor: nil), next: nil, place: nil, end: 500) else {
            Issue.record("not moved")
            return
        }
        #expect(moved.cursor == 500 && moved.anchor == nil && moved.vanished == 200)
        let position = Self.position(7, anchor: nil)
        #expect(CursorCheck.decide(position, next: nil, place: nil, end: 7) == .stands(position))
    }

    @Test func aCursorWaitsForTheProjector() {
        #expect(CursorCheck.decide(Self.position(7, anchor: "x"), next: nil, place: .notYet) == .notYet)
        #expect(CursorCheck.decide(Self.position(7, anchor: "x"), next: .finding(7), place: .notYet) == .notYet)
    }

    @Test func changesThatRetentionTookAreExpiredAndMoveNothing() {
        let position = Self.position(7, anchor: Self.id(7))
        #expect(CursorCheck.decide(position, next: .finding(50), place: .gone(after: 49)) == .stands(position))
    }
}
