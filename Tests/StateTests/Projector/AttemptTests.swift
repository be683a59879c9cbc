import Foundation
import Testing

@testable import State

/// Who is to blame when the process dies.
struct AttemptTests {
    private static let some = Attempt(
        first: 7, last: 9, deaths: 2, units: 3,
        suspects: [.init(first: 7, last: 12, deaths: 2), .init(first: 40, last: 40, deaths: 1)])

    @Test func deathWithABatchInWorkMakesItsEntriesSuspect() {
        let batch = Attempt.none.taking(first: 5, last: 9)
        let restarted = batch.atStart(position: 4)
        #expect(restarted.deaths == 1)
        #expect((5...9).allSatisfy { restarted.isSuspect($0) })
        #expect(!restarted.isSuspect(10))
        #expect(restarted.condemned.isEmpty)
    }

    @Test func endBetweenBatchesBlamesNobody() {
        let restarted = Attempt.none.taking(first: 5, last: 9).atStart(position: 9)
        #expect(restarted.deaths == 0)
        #expect(!restarted.isSuspect(10))
    }

    @Test func entryAloneAtTheThirdDeathIsCondemned() {
        var attempt = Attempt.none.taking(first: 5, last: 9).atStart(position: 4)
        for number in UInt64(5)...6 { attempt = attempt.taking(first: number, last: number) }
        attempt = attempt.taking(first: 7, last: 7).atStart(position: 6)
        #expect(attempt.deaths == 2)
        #expect(attempt.condemned.isEmpty)
        attempt = attempt.taking(first: 7, last: 7).atStart(position: 6)
        #expect(attempt.condemned.map(\.first) == [7])
        let next = attempt.taking(first: 8, last: 8)
        #expect(next.deaths == 1)
        #expect(next.isSuspect(9))
        #expect(!next.taking(first: 9, last: 9).taking(first: 10, last: 12).isSuspect(11))
    }

    @Test func innocentNeighboursSurviveDeathsOfTheirOwnBatch() {
        var attempt = Attempt.none.taking(first: 1, last: 3)
        for position in UInt64(0)...2 {
            attempt = attempt.atStart(position: position)
            #expect(attempt.condemned.isEmpty)
            attempt = attempt.taking(first: position + 1, last: position + 1)
        }
    }

    @Test func aloneFromTheBeginningTakesThreeDeathsToo() {
        var attempt = Attempt.none
        for death in 1...3 {
            attempt = attempt.taking(first: 4, last: 4).atStart(position: 3)
            #expect(attempt.deaths == death)
        }
        #expect(attempt.condemned.map(\.first) == [4])
    }

    @Test func whatEndedWithAnErrorIsNoDeath() {
        // A disk that is full, and three orderly restarts.
        var attempt = Attempt.none
        for _ in 0..<3 { attempt = attempt.taking(first: 4, last: 4).resting.atStart(position: 3) }
        #expect(attempt.condemned.isEmpty && attempt.deaths == 0 && !attempt.isSuspect(4))
        // Two deaths before stay two, however often it fails after them.
        attempt = Attempt.none.taking(first: 4, last: 4).atStart(position: 3).taking(first: 4, last: 4).atStart(position: 3)
        for _ in 0..<3 { attempt = attempt.taking(first: 4, last: 4).resting.atStart(position: 3) }
        #expect(attempt.taking(first: 4, last: 4).deaths == 2 && attempt.condemned.isEmpty)
        #expect(attempt.taking(first: 4, last: 4).atStart(position: 3).condemned.map(\.first) == [4])
    }

    /// state.db is made anew, so that every entry comes again.
    @Test func onlyWhatItDiedOnIsTakenAloneAgain() {
        var attempt = Attempt.none.taking(first: 500, last: 600).atStart(position: 0)
        #expect([1, 499, 601].allSatisfy { !attempt.isSuspect($0) } && [500, 600].allSatisfy { attempt.isSuspect($0) })
        attempt = attempt.taking(first: 1, last: 499)
        #expect(attempt.deaths == 0 && attempt.isSuspect(550))
        // A process that ends there for another reason makes others suspect too, and clears nobody.
        attempt = attempt.atStart(position: 0)
        #expect(attempt.isSuspect(1) && attempt.isSuspect(550))
        for number in UInt64(1)...550 { attempt = attempt.taking(first: number, last: number) }
        #expect(attempt.deaths == 1 && attempt.suspects == [.init(first: 550, last: 600, deaths: 1)])
    }

    @Test func whatKillsIsFoundHoweverOftenStateIsMadeAnew() {
        var attempt = Attempt.none.taking(first: 1, last: 500), deaths = 0
        while attempt.condemned.isEmpty, deaths < 10 {
            attempt = attempt.atStart(position: 0)
            deaths += 1
            var number: UInt64 = 1
            while number < 300 {
                let last = attempt.isSuspect(number) ? number : (number...299).last { last in !(number...last).contains { attempt.isSuspect($0) } } ?? number
                attempt = attempt.taking(first: number, last: last)
                number = last + 1
            }
            attempt = attempt.taking(first: 300, last: attempt.isSuspect(300) ? 300 : 500)
        }
        #expect(attempt.condemned.map(\.first) == [300] && deaths == 3)
    }

    @Test func anEndWhileNothingIsInWorkBlamesNobody() {
        let idle = Attempt.none.taking(first: 5, last: 9).resting
        for _ in 0..<4 { #expect(idle.atStart(position: 0) == .none) }
    }

    @Test func rangesThatAreTooManyAreJoined() {
        var attempt = Attempt.none
        for number in stride(from: UInt64(1000), to: 0, by: -50) { attempt = attempt.taking(first: number, last: number).atStart(position: 0) }
        #expect(attempt.suspects.count == Attempt.rangesMax)
        #expect(stride(from: UInt64(1000), to: 0, by: -50).allSatisfy { attempt.isSuspect($0) } && attempt.condemned.isEmpty)
    }

    @Test func fileKeepsWhatWasWritten() throws {
        let folder = try TemporaryFolder()
        let attempt = Self.some
        do {
            let file = try AttemptFile(path: folder.file("attempt"))
            #expect(file.read() == nil)
            try file.write(Attempt(first: 1, last: 1, deaths: 0))
            try file.write(attempt)
        }
        #expect(try AttemptFile(path: folder.file("attempt")).read() == attempt)
    }

    @Test func damagedFileCountsAsNone() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("attempt")
        try AttemptFile(path: path).write(Self.some)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for position in whole.indices {
            var damaged = whole
            damaged[position] ^= 0x10
            try damaged.write(to: URL(fileURLWithPath: path))
            #expect(try AttemptFile(path: path).read() == nil)
        }
    }
}
