import Foundation
import Testing

@testable import State

/// Who is to blame when the process dies.
struct AttemptTests {
    @Test func deathWithABatchInWorkMakesItsEntriesSuspect() {
        let batch = Attempt.none.taking(first: 5, last: 9)
        let restarted = batch.atStart(position: 4)
        #expect(restarted.deaths == 1)
        #expect((5...9).allSatisfy { restarted.isSuspect($0) })
        #expect(!restarted.isSuspect(10))
        #expect(restarted.condemned == nil)
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
        #expect(attempt.condemned == nil)
        attempt = attempt.taking(first: 7, last: 7).atStart(position: 6)
        #expect(attempt.condemned == 7)
        let next = attempt.taking(first: 8, last: 8)
        #expect(next.deaths == 1)
        #expect(next.isSuspect(9))
        #expect(!next.taking(first: 9, last: 9).taking(first: 10, last: 12).isSuspect(11))
    }

    @Test func innocentNeighboursSurviveDeathsOfTheirOwnBatch() {
        var attempt = Attempt.none.taking(first: 1, last: 3)
        for position in UInt64(0)...2 {
            attempt = attempt.atStart(position: position)
            #expect(attempt.condemned == nil)
            attempt = attempt.taking(first: position + 1, last: position + 1)
        }
    }

    @Test func aloneFromTheBeginningTakesThreeDeathsToo() {
        var attempt = Attempt.none
        for death in 1...3 {
            attempt = attempt.taking(first: 4, last: 4).atStart(position: 3)
            #expect(attempt.deaths == death)
        }
        #expect(attempt.condemned == 4)
    }

    @Test func whatEndedWithAnErrorIsNoDeath() {
        // A disk that is full, and three orderly restarts.
        var attempt = Attempt.none
        for _ in 0..<3 { attempt = attempt.taking(first: 4, last: 4).endedByError.atStart(position: 3) }
        #expect(attempt.condemned == nil && attempt.deaths == 0 && !attempt.isSuspect(4))
        // Two deaths before stay two, however often it fails after them.
        attempt = Attempt.none.taking(first: 4, last: 4).atStart(position: 3).taking(first: 4, last: 4).atStart(position: 3)
        for _ in 0..<3 { attempt = attempt.taking(first: 4, last: 4).endedByError.atStart(position: 3) }
        #expect(attempt.deaths == 2 && attempt.condemned == nil)
        #expect(attempt.taking(first: 4, last: 4).atStart(position: 3).condemned == 4)
    }

    @Test func fileKeepsWhatWasWritten() throws {
        let folder = try TemporaryFolder()
        let attempt = Attempt(first: 7, last: 9, deaths: 2, suspectsEnd: 12)
        do {
            let file = try AttemptFile(path: folder.file("attempt"))
            #expect(file.read() == nil)
            try file.write(Attempt(first: 1, last: 1, deaths: 0, suspectsEnd: 0))
            try file.write(attempt)
        }
        #expect(try AttemptFile(path: folder.file("attempt")).read() == attempt)
    }

    @Test func damagedFileCountsAsNone() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("attempt")
        try AttemptFile(path: path).write(Attempt(first: 7, last: 9, deaths: 2, suspectsEnd: 12))
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for position in whole.indices {
            var damaged = whole
            damaged[position] ^= 0x10
            try damaged.write(to: URL(fileURLWithPath: path))
            #expect(try AttemptFile(path: path).read() == nil)
        }
    }
}
