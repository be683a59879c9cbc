import Journal
import Testing

@testable import State

/// Numbers of entries that cannot be read, and what the journal says of them.
struct UnreadTests {
    @Test(
        arguments: [
            ([3...5, 1...2, 9...9], [4...4], [1...3, 5...5, 9...9]), ([1...10], [0...3, 8...12], [4...7]), ([1...3, 5...7], [2...6], [1...1, 7...7]),
            ([5 ... .max], [1...6, 100 ... .max], [7...99]), ([1...2], [], [1...2]), ([4...4], [4...4], []), ([], [1...2], []),
        ] as [([ClosedRange<UInt64>], [ClosedRange<UInt64>], [ClosedRange<UInt64>])])
    func rangesAreTakenApart(ranges: [ClosedRange<UInt64>], others: [ClosedRange<UInt64>], left: [ClosedRange<UInt64>]) {
        let rest = EntryRanges(ranges).subtracting(EntryRanges(others))
        #expect(rest.ranges == left)
        for number in UInt64(0)...13 {
            let isIn = ranges.contains { $0.contains(number) } && !others.contains { $0.contains(number) }
            #expect(rest.contains(number) == isIn, "\(number)")
        }
        #expect(rest.union(EntryRanges(others)) == EntryRanges(ranges).union(EntryRanges(others)))
    }

    @Test(
        arguments: [
            ([7...7], 1, "Entry 7 of the journal cannot be read: "), ([7...8], 2, "2 entries of the journal, from 7 on, cannot be read: "),
            ([3...3, 9...12], 5, "5 entries of the journal, from 3 on, cannot be read: "),
            ([0 ... .max], .max, "18446744073709551615 entries of the journal, from 0 on, cannot be read: "),
        ] as [([ClosedRange<UInt64>], UInt64, String)])
    func whatCannotBeReadIsSaid(ranges: [ClosedRange<UInt64>], count: UInt64, words: String) {
        let note = UnreadNote(entries: EntryRanges(ranges))
        #expect(note.entries.count == count && note.words.hasPrefix(words))
        #expect(UnreadNote(parsing: note.notice.bytes) == note)
        let during = UnreadNote(entries: note.entries, during: 40)
        #expect(UnreadNote(parsing: during.notice.bytes) == during)
        #expect(RereadNote(parsing: RereadNote(entries: note.entries).draft.body) == RereadNote(entries: note.entries))
    }

    @Test func aLongListIsSaidInSeveralNotes() {
        let all = EntryRanges((1...250).map { UInt64($0 * 2)...UInt64($0 * 2) })
        let notes = UnreadNote.notes(of: all, during: nil)
        #expect(notes.map(\.entries.ranges.count) == [100, 100, 50])
        #expect(notes.reduce(EntryRanges()) { $0.union($1.entries) } == all)
        #expect(UnreadNote.notes(of: EntryRanges(), during: nil).isEmpty)
    }

    @Test func aNoticeOfAnotherKindOrFormSaysNothingOfThat() {
        for body in ["{}", "[]", "", #"{"kind":"unreadable_entries","summary":"","details":{"missing":[{"first":2,"last":1}]}}"#] {
            #expect(UnreadNote(parsing: Array(body.utf8)) == nil)
            #expect(RereadNote(parsing: Array(body.utf8)) == nil)
        }
        #expect(RereadNote(parsing: Array(#"{"again":[]}"#.utf8)) == nil)
        #expect(RereadNote(parsing: Array(#"{"again":[{"first":-1,"last":1e99}]}"#.utf8)) == nil)
    }

    /// Entries 5 and 6 cannot be read when they come, 3 cannot when the void in entry 20 is carried out; entry 30 takes in 5 and 3, and 5 is lost again.
    @Test func whatIsLeftOutDependsOnWhatIsCarriedOut() {
        var history = UnreadHistory()
        func left(_ entry: UInt64?) -> [ClosedRange<UInt64>] { history.leftOut(during: entry).ranges }
        #expect(left(nil) == [] && left(20) == [])
        history.add(UnreadNote(entries: EntryRanges([5...6])), entry: 7)
        history.add(UnreadNote(entries: EntryRanges([3...3]), during: 20), entry: 21)
        history.add(RereadNote(entries: EntryRanges([5...5, 3...3])), entry: 30)
        #expect(left(nil) == [5...6] && left(19) == [5...6] && left(20) == [3...3, 5...6] && left(30) == [6...6] && left(40) == [6...6])
        #expect(history.nextChange(after: 0) == 20 && history.nextChange(after: 20) == 30 && history.nextChange(after: 30) == nil)
        history.add(UnreadNote(entries: EntryRanges([5...5])), entry: 31)
        #expect(left(30) == [5...6] && left(nil) == [5...6])
        history.add(RereadNote(entries: EntryRanges([5...6])), entry: 50)
        #expect(left(30) == [5...6] && left(50) == [] && left(nil) == [5...6])
    }

    /// Entry 7 tells of 5, entry 9 takes it in; 12 tells of 7 and 9, 14 of 12.
    @Test func whatSaysThatOthersAreMissingSaysNothingWhileItIsMissingItself() {
        var history = UnreadHistory()
        history.add(UnreadNote(entries: EntryRanges([5...5])), entry: 7)
        history.add(RereadNote(entries: EntryRanges([5...5])), entry: 9)
        history.add(UnreadNote(entries: EntryRanges([7...7, 9...9])), entry: 12)
        #expect(history.leftOut(during: nil).ranges == [7...7, 9...9] && history.leftOut(during: 11).ranges == [7...7, 9...9])
        history.add(RereadNote(entries: EntryRanges([7...7, 9...9])), entry: 13)
        #expect(history.leftOut(during: nil).ranges == [7...7, 9...9] && history.leftOut(during: 13).isEmpty)
        history.add(UnreadNote(entries: EntryRanges([12...12])), entry: 14)
        #expect(history.leftOut(during: nil).ranges == [5...5, 7...7, 9...9, 12...12])
        history.add(UnreadNote(entries: EntryRanges([14...14]), during: 20), entry: 15)
        #expect(history.leftOut(during: nil).contains(5) && !history.leftOut(during: 20).contains(5))
    }

    @Test func manyPlacesAreLeftOutInATimeThatGrowsWithTheirNumber() {
        var history = UnreadHistory()
        for number in UInt64(0)..<1000 {
            let ranges = (0..<100 as Range<UInt64>).map { number * 1000 + $0 * 2...number * 1000 + $0 * 2 }
            history.add(UnreadNote(entries: EntryRanges(ranges)), entry: 2_000_000 + number)
        }
        let time = ContinuousClock().measure { #expect(history.leftOut(during: nil).ranges.count == 100_000) }
        // Far more than it takes, and far less than with all of them put in order for each.
        #expect(time < .seconds(20), "\(time)")
    }

    @Test func whatIsTakenInWasLeftOutThoughNothingTellsOfIt() {
        var history = UnreadHistory()
        history.add(RereadNote(entries: EntryRanges([5...6])), entry: 30)
        #expect(history.leftOut(during: nil).ranges == [5...6])
        #expect(history.leftOut(during: 29).ranges == [5...6] && history.leftOut(during: 30).isEmpty)
    }
}
