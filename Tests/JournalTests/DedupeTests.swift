import Digests
import Testing

@testable import Journal

/// Equal bodies of one source are one receipt.
struct DedupeTests {
    @Test func anEqualBodyAnswersWithTheFirstNumber() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        let first = try await journal.append(.receipt("a", deduplicates: true))
        let second = try await journal.append(.receipt("a", deduplicates: true))
        #expect(second.number == first.number && second.duplicate && !first.duplicate)
        #expect(try await journal.append(.receipt("a", source: "other", deduplicates: true)).duplicate == false)
        #expect(try await journal.append(.receipt("a", deduplicates: false)).duplicate == false)
        #expect(try await journal.append(.receipt("b", deduplicates: true)).number == 5)
        await journal.stop()
        #expect(try disk.read().entries.count == 5)
    }

    @Test func equalBodiesOfOneBatchAreAnsweredOnceTheFirstIsDurable() async throws {
        let disk = SimulatedDisk.withoutSpare(), gate = ThreadGate()
        let journal = try SegmentJournal.open(disk.options()).journal
        disk.onSynchronize { _ in gate.pass() }
        gate.close()
        let collector = Collector()
        journal.append(.receipt("held"), token: 100, to: collector)
        gate.waitUntilOneWaits()
        for token in 0..<6 { journal.append(.receipt("\(token / 3)", deduplicates: true), token: UInt64(token), to: collector) }
        gate.open()
        await collector.wait(for: 7)
        #expect(try (0..<6).map { try collector.outcomes[$0]?.get().number } == [3, 3, 3, 4, 4, 4])
        #expect(try (0..<6).map { try collector.outcomes[$0]?.get().duplicate } == [false, true, true, false, true, true])
        await journal.stop()
    }

    @Test func equalBodiesOfABatchThatFailsFailWithIt() async throws {
        let disk = SimulatedDisk.withoutSpare(), gate = ThreadGate()
        let journal = try SegmentJournal.open(disk.options()).journal
        let before = try await journal.append(.receipt("before", deduplicates: true))
        disk.onSynchronize { _ in gate.pass() }
        gate.close()
        let collector = Collector()
        journal.append(.receipt("held"), token: 100, to: collector)
        gate.waitUntilOneWaits()
        disk.fail("pwrite", with: 28)
        for token in 0..<3 { journal.append(.receipt("x", deduplicates: true), token: UInt64(token), to: collector) }
        journal.append(.receipt("before", deduplicates: true), token: 3, to: collector)
        gate.open()
        await collector.wait(for: 5)
        for token in 0..<3 { #expect(throws: JournalError.self) { try collector.outcomes[UInt64(token)]?.get() } }
        #expect(try collector.outcomes[3]?.get().number == before.number)
        disk.mend("pwrite")
        #expect(try await journal.append(.receipt("x", deduplicates: true)).duplicate == false)
        await journal.stop()
    }

    @Test func equalBodiesAreKnownAfterARestart() async throws {
        let disk = SimulatedDisk()
        var journal = try SegmentJournal.open(disk.options()).journal
        var numbers: [UInt64] = []
        for index in 0..<60 { numbers.append(try await journal.append(.receipt("\(index)" + String(repeating: "p", count: 3000), deduplicates: true)).number) }
        await journal.stop()
        var options = disk.options(seed: 2)
        options.dedupeWindow = 50
        journal = try SegmentJournal.open(options).journal
        // The window is read while the journal already works; what comes before is written, and known from then on.
        let late = try await journal.append(.receipt("new", deduplicates: true))
        // Another body each time: one that was tried is known because it was written.
        var isRead = false
        for index in (45...59).reversed() where !isRead {
            isRead = try await journal.append(.receipt("\(index)" + String(repeating: "p", count: 3000), deduplicates: true)).number == numbers[index]
            if !isRead { ThreadSignal.pause(milliseconds: 1000) }
        }
        #expect(isRead)
        #expect(try await journal.append(.receipt("40" + String(repeating: "p", count: 3000), deduplicates: true)).number == numbers[40])
        #expect(try await journal.append(.receipt("new", deduplicates: true)).number == late.number)
        #expect(try await journal.append(.receipt("3" + String(repeating: "p", count: 3000), deduplicates: true)).duplicate == false)
        await journal.stop()
    }

    /// What is damaged is not known: the sender's repetition is written, and only then is it.
    @Test func aDamagedBodyIsTakenAgain() async throws {
        let disk = SimulatedDisk()
        let before = try SegmentJournal.open(disk.options()).journal
        let first = try await before.append(.receipt("a body that will be damaged", deduplicates: true)).number
        let other = try await before.append(.receipt("whole", deduplicates: true)).number
        await before.stop()
        let bytes = try #require(disk.bytes(disk.path(1)))
        let place = try #require(bytes.firstRange(of: Array("a body that".utf8))?.lowerBound)
        disk.flip(disk.path(1), byte: place)
        let (journal, recovery) = try SegmentJournal.open(disk.options(seed: 2))
        #expect(recovery.unreadable == [first])
        // Once the whole one is known by its old number, the window was read.
        var isRead = false
        for _ in 0..<15 where !isRead {
            isRead = try await journal.append(.receipt("whole", deduplicates: true)).number == other
            if !isRead { ThreadSignal.pause(milliseconds: 1000) }
        }
        let repeated = try await journal.append(.receipt("a body that will be damaged", deduplicates: true))
        #expect(!repeated.duplicate && repeated.number > other)
        #expect(try await journal.append(.receipt("a body that will be damaged", deduplicates: true)).number == repeated.number)
        await journal.stop()
    }

    /// A repetition of what was voided may be the true one: it is written, and known from then on, also after a restart. What was erased does not come back.
    @Test(arguments: [
        (#"{"action":"void","source":"shop"}"#, true), (String(decoding: EraseDecision(number: 1, reason: "r", who: "me").bytes, as: UTF8.self), false),
    ])
    func whatCameBeforeAVoidIsWrittenAgain(_ decision: String, _ isWritten: Bool) async throws {
        let disk = SimulatedDisk()
        var journal = try SegmentJournal.open(disk.options()).journal
        let first = try await journal.append(.receipt("x", deduplicates: true)).number
        _ = try await journal.append(.receipt("early", deduplicates: true))
        _ = try await journal.append(EntryDraft(kind: .decision, body: Array(decision.utf8)))
        let second = try await journal.append(.receipt("x", deduplicates: true))
        #expect(second.duplicate != isWritten && (second.number == first) != isWritten)
        #expect(try await journal.append(.receipt("x", deduplicates: true)).number == second.number)
        let last = try await journal.append(.receipt("last", deduplicates: true)).number
        await journal.stop()
        journal = try SegmentJournal.open(disk.options(seed: 2)).journal
        // Once the last is known by its old number, the window was read.
        var isRead = false
        for _ in 0..<15 where !isRead {
            isRead = try await journal.append(.receipt("last", deduplicates: true)).number == last
            if !isRead { ThreadSignal.pause(milliseconds: 1000) }
        }
        #expect(try await journal.append(.receipt("x", deduplicates: true)).number == second.number)
        #expect(try await journal.append(.receipt("early", deduplicates: true)).duplicate != isWritten)
        await journal.stop()
    }

    @Test(arguments: [UInt64(1), 2, 3]) func theWindowRemembersAsAListWould(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var window = DedupeWindow(capacity: 37), model: [(source: String, digest: SHA256Digest, number: UInt64)] = []
        var number: UInt64 = 0
        for step in 0..<5000 {
            if Int.random(in: 0..<40, using: &random) == 0 {
                let from = number - UInt64.random(in: 0...min(number, 5), using: &random)
                window.removeNewest(from: from)
                // What the window dropped for those that are taken back is gone; the model drops it at the same time.
                model.removeAll { $0.number >= from }
                continue
            }
            number += 1
            let source = ["a", "b"][Int.random(in: 0...1, using: &random)]
            let digest = SHA256Hash.digest(of: [UInt8.random(in: 0..<60, using: &random)])
            let known = model.first { $0.source == source && $0.digest == digest }?.number
            #expect(window.number(source: source, digest: digest) == known, "seed \(seed), step \(step)")
            #expect(window.insert(source: source, digest: digest, number: number) == (known == nil))
            if known == nil {
                model.append((source, digest, number))
                if model.count > 37 { model.removeFirst() }
            }
            #expect(window.count == model.count)
        }
    }

    @Test func aNewerWindowFollowsAnOlderOne() {
        func digest(_ value: UInt8) -> SHA256Digest { SHA256Hash.digest(of: [value]) }
        var older = DedupeWindow(capacity: 4), newer = DedupeWindow(capacity: 4)
        older.insert(source: "a", digest: digest(1), number: 1)
        older.insert(source: "b", digest: digest(2), number: 2)
        newer.insert(source: "b", digest: digest(2), number: 10)
        newer.insert(source: "c", digest: digest(3), number: 11)
        newer.insert(source: "a", digest: digest(4), number: 12)
        let both = newer.following(older)
        #expect(both.count == 4)
        #expect(both.number(source: "a", digest: digest(1)) == 1 && both.number(source: "b", digest: digest(2)) == 2)
        #expect(both.number(source: "c", digest: digest(3)) == 11 && both.number(source: "a", digest: digest(4)) == 12)
        #expect(both.number(source: "c", digest: digest(4)) == nil)
    }
}
