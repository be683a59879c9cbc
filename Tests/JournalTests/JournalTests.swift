import Digests
import FindingModel
import Testing

@testable import Journal

/// What a journal promises to those who use it through the port.
struct JournalTests {
    @Test func entriesComeBackAsTheyWereAppended() async throws {
        let folder = try TemporaryFolder()
        let journal = try SegmentJournal.open(folder.options()).journal
        let draft = EntryDraft(
            kind: .receipt, source: "shop", generation: 7, peer: "192.0.2.1",
            verdict: Verdict(scheme: "hmac", secretLabel: "first", signedTime: Timestamp(milliseconds: 1_700_000_000_123)),
            headers: [HeaderField(name: "x-event", value: "a"), HeaderField(name: "x-empty", value: "")], body: Array("{\"id\":1}".utf8))
        let appended = try await journal.append(draft)
        #expect(appended.number == 2 && !appended.duplicate)
        var reader = journal.reader(from: appended.number)
        let entry = try #require(try reader.next(limit: 10, maxBytes: 1 << 20).first)
        #expect(entry.kind == .receipt && entry.source == "shop" && entry.generation == 7 && entry.peer == "192.0.2.1")
        #expect(entry.verdict == draft.verdict && entry.headers == draft.headers)
        #expect(entry.bodySHA256 == draft.bodySHA256 && entry.body == .kept(draft.body) && entry.bodySize == draft.body.count)
        #expect(entry.receivedTime == appended.receivedTime)
        await journal.stop()
    }

    @Test(arguments: EntryKind.allCases) func everyKindComesBack(kind: EntryKind) async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        let number = try await journal.append(EntryDraft(kind: kind, body: [])).number
        var reader = journal.reader(from: number)
        #expect(try reader.all().map(\.kind) == [kind])
        await journal.stop()
    }

    @Test func aTagIsDerivedForEachPlaceOfEachOpening() {
        let tags = ["abcdefgh", "abcdefg0"].flatMap { tag in (UInt64(0)..<500).map { JournalTag.derived(from: tag, end: $0) } }
        #expect(tags.allSatisfy(JournalTag.isValid) && Set(tags).count == 1000)
        #expect(JournalTag.derived(from: "abcdefgh", end: 7) == tags[7])
    }

    @Test func aNewJournalBeginsWithItsTag() async throws {
        let disk = SimulatedDisk()
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        #expect(recovery.isNew && !recovery.foundLoss && recovery.tag == journal.tag && JournalTag.isValid(journal.tag))
        #expect(journal.watermark == 1 && journal.firstNumber == 1 && journal.availability == .ready)
        var reader = journal.reader(from: 1)
        let entry = try #require(try reader.all().first)
        #expect(entry.kind == .recovery)
        #expect(entry.body.bytes.flatMap { RecoveryNote(parsing: $0) } == RecoveryNote(tag: journal.tag, reason: .created))
        await journal.stop()
    }

    @Test func numbersAreDenseOverConcurrentAppendersAndRestarts() async throws {
        let disk = SimulatedDisk()
        var seen: Set<UInt64> = []
        for life in 0..<3 {
            let journal = try SegmentJournal.open(disk.options(seed: UInt64(life))).journal
            let collector = Collector()
            for token in 0..<200 { journal.append(.receipt("\(life)-\(token)"), token: UInt64(token), to: collector) }
            await collector.wait(for: 200)
            for (token, outcome) in collector.outcomes {
                let number = try outcome.get().number
                #expect(seen.insert(number).inserted)
                var reader = journal.reader(from: number)
                #expect(try reader.next(limit: 1, maxBytes: 1).first?.text == "\(life)-\(token)")
            }
            await journal.stop()
        }
        #expect(seen.count == 600)
        #expect(try disk.read().entries.map(\.number) == Array(1...(seen.max() ?? 0)), "the others are what each opening begins with")
    }

    @Test func receiptTimesNeverGoBackwards() async throws {
        let disk = SimulatedDisk(), clock = ManualClock()
        let journal = try SegmentJournal.open(disk.options(clock: clock)).journal
        let first = try await journal.append(.receipt("a"))
        clock.advance(-5000)
        let second = try await journal.append(.receipt("b"))
        #expect(second.receivedTime == first.receivedTime)
        await journal.stop()
        clock.advance(-5000)
        let again = try SegmentJournal.open(disk.options(clock: clock)).journal
        #expect(try await again.append(.receipt("c")).receivedTime == first.receivedTime)
        var reader = again.reader(from: second.number)
        let walls = try reader.all().filter { $0.kind == .receipt }.map(\.wallTime.milliseconds)
        #expect(walls == [clock.milliseconds + 5000, clock.milliseconds])
        await again.stop()
    }

    @Test func aClockThatWasAheadIsLeftBehindWithANotice() async throws {
        let disk = SimulatedDisk(), clock = ManualClock()
        let begun = clock.milliseconds, ahead = begun + 2 * 365 * 86_400_000
        let journal = try SegmentJournal.open(disk.options(clock: clock)).journal
        clock.milliseconds = ahead
        let wrong = try await journal.append(.receipt("ahead"))
        clock.milliseconds = ahead - ChainPosition.aheadMax
        #expect(try await journal.append(.receipt("ten minutes")).receivedTime.milliseconds == ahead, "as long as that is the clock's usual wandering")
        clock.milliseconds = begun + 1000
        let right = try await journal.append(.receipt("right"))
        #expect(right.receivedTime.milliseconds == begun + 1000 && right.number == wrong.number + 3)
        var reader = journal.reader(from: right.number - 1)
        let notice = try #require(try reader.all().first)
        #expect(notice.kind == .notice)
        let step = try #require(notice.body.bytes.flatMap { ClockStep(parsing: $0) })
        #expect(step.from.milliseconds == ahead && step.to == right.receivedTime)
        await journal.stop()
        // A start reads the last receipt time, not the latest; and after one in the midst of it, the step comes behind the tag.
        let again = try SegmentJournal.open(disk.options(seed: 2, clock: clock)).journal
        #expect(try await again.append(.receipt("later")).receivedTime == right.receivedTime)
        clock.milliseconds = ahead
        _ = try await again.append(.receipt("ahead again"))
        await again.stop()
        clock.milliseconds = begun + 2000
        let last = try SegmentJournal.open(disk.options(seed: 3, clock: clock)).journal
        let opening = last.watermark
        #expect(try await last.append(.receipt("last")).receivedTime.milliseconds == begun + 2000)
        var tail = last.reader(from: opening)
        #expect(try tail.all().map(\.kind) == [.recovery, .notice, .receipt])
        await last.stop()
        #expect(try disk.verify().isIntact, "times may go back behind such a notice")
    }

    @Test func eachReceiverIsToldOncePerBatch() async throws {
        let disk = SimulatedDisk.withoutSpare()
        let journal = try SegmentJournal.open(disk.options()).journal
        let gate = ThreadGate()
        disk.onSynchronize { _ in gate.pass() }
        let first = Collector(), second = Collector()
        gate.close()
        journal.append(.receipt("held"), token: 0, to: first)
        gate.waitUntilOneWaits()
        for token in 1...50 { journal.append(.receipt("\(token)"), token: UInt64(token), to: token % 2 == 0 ? first : second) }
        gate.open()
        await first.wait(for: 26)
        await second.wait(for: 25)
        #expect(first.calls == [1, 25] && second.calls == [25])
        await journal.stop()
    }

    @Test func whatWaitsIsWrittenInBatchesOfABoundedSize() async throws {
        let disk = SimulatedDisk.withoutSpare(), gate = ThreadGate()
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 16 << 20)).journal
        disk.onSynchronize { _ in gate.pass() }
        gate.close()
        let collector = Collector()
        journal.append(.receipt("held"), token: 0, to: collector)
        gate.waitUntilOneWaits()
        for token in UInt64(1)...5000 { journal.append(EntryDraft(kind: .receipt, body: [], bodySHA256: .zero), token: token, to: collector) }
        let large = [UInt8](repeating: 0x20, count: 3 << 20)
        for token in UInt64(5001)...5003 { journal.append(EntryDraft(kind: .receipt, body: large), token: token, to: collector) }
        gate.open()
        await collector.wait(for: 5004)
        #expect(collector.calls == [1, JournalFormat.batchEntriesMax, 5000 - JournalFormat.batchEntriesMax + 1, 1, 1])
        #expect(try Set(collector.outcomes.values.map { try $0.get().number }) == Set(2...5005))
        await journal.stop()
    }

    @Test func readersSeeOnlyWhatIsDurable() async throws {
        let disk = SimulatedDisk.withoutSpare()
        let journal = try SegmentJournal.open(disk.options()).journal
        let gate = ThreadGate()
        disk.onSynchronize { _ in gate.pass() }
        gate.close()
        let collector = Collector()
        journal.append(.receipt("a"), token: 1, to: collector)
        gate.waitUntilOneWaits()
        var reader = journal.reader(from: 2)
        #expect(try reader.next(limit: 10, maxBytes: 100).isEmpty)
        #expect(journal.watermark == 1 && collector.outcomes.isEmpty)
        #expect(!journal.waitForEntries(after: 1, milliseconds: 1))
        gate.open()
        #expect(journal.waitForEntries(after: 1, milliseconds: 10_000))
        #expect(try reader.next(limit: 10, maxBytes: 100).map(\.text) == ["a"])
        await journal.stop()
    }

    @Test func aReaderKeepsToItsLimits() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        let collector = Collector()
        for token in 0..<10 { journal.append(.receipt(String(repeating: "x", count: 100)), token: UInt64(token), to: collector) }
        await collector.wait(for: 10)
        var reader = journal.reader(from: 2)
        #expect(try reader.next(limit: 3, maxBytes: 10_000).map(\.number) == [2, 3, 4])
        #expect(try reader.next(limit: 10, maxBytes: 250).map(\.number) == [5, 6])
        #expect(try reader.next(limit: 10, maxBytes: 1).map(\.number) == [7])
        #expect(try reader.all().map(\.number) == [8, 9, 10, 11])
        #expect(try reader.next(limit: 10, maxBytes: 1).isEmpty && reader.skipped.isEmpty)
        await journal.stop()
    }

    @Test func everyOpeningBeginsWithANewTagBeforeAnyOtherEntry() async throws {
        let disk = SimulatedDisk()
        var tags: [String] = []
        for seed in 0..<4 {
            let (journal, recovery) = try SegmentJournal.open(disk.options(seed: UInt64(seed)))
            let opening = journal.watermark
            #expect(journal.tag == recovery.tag && JournalTag.isValid(journal.tag) && !tags.contains(journal.tag))
            tags.append(journal.tag)
            // Also beyond a segment, whose first block carries it.
            for index in 0..<20 { _ = try await journal.append(.receipt(String(repeating: "y", count: 4000) + "\(seed) \(index)")) }
            #expect(journal.head?.tag == journal.tag)
            var reader = journal.reader(from: opening)
            let entries = try reader.all()
            #expect(entries.map(\.kind) == [.recovery] + Array(repeating: .receipt, count: 20))
            #expect(entries.first?.body.bytes.flatMap { RecoveryNote(parsing: $0) } == RecoveryNote(tag: journal.tag, reason: seed == 0 ? .created : .started))
            await journal.stop()
        }
        #expect(try disk.verify().isIntact && disk.verify().tag == tags.last)
    }

    @Test func theTagOfAnEarlierVersionsEntryComesIntoForce() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        let note = RecoveryNote(tag: "abcdefgh", reason: .retagged("state.db was at entry 90"))
        _ = try await journal.append(EntryDraft(kind: .recovery, body: note.bytes))
        #expect(journal.tag == "abcdefgh" && RecoveryNote(parsing: note.bytes) == note)
        await journal.stop()
    }

    @Test func stoppingWritesWhatIsQueuedAndRefusesTheRest() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        let collector = Collector()
        for token in 0..<100 { journal.append(.receipt("\(token)"), token: UInt64(token), to: collector) }
        await journal.stop()
        #expect(try collector.outcomes.count == 100 && collector.outcomes.values.allSatisfy { try $0.get().number > 1 })
        #expect(journal.availability == .stopping)
        await #expect(throws: JournalError.stopping) { try await journal.append(.receipt("late")) }
        #expect(!journal.waitForEntries(after: 1000, milliseconds: 10_000))
    }

    @Test func draftsThatAreTooLargeAndTooManyAreRefused() async throws {
        let disk = SimulatedDisk()
        var options = disk.options()
        options.queueBytesMax = 10_000
        let journal = try SegmentJournal.open(options).journal
        let header = HeaderField(name: "x", value: String(repeating: "v", count: JournalFormat.headBytesMax))
        await #expect(throws: JournalError.tooLarge) { try await journal.append(EntryDraft(kind: .receipt, headers: [header], body: [])) }
        let name = HeaderField(name: String(repeating: "n", count: 65_536), value: "")
        await #expect(throws: JournalError.tooLarge) { try await journal.append(EntryDraft(kind: .receipt, headers: [name], body: [])) }
        await #expect(throws: JournalError.busy) { try await journal.append(.receipt(String(repeating: "x", count: 10_000))) }
        #expect(try await journal.append(.receipt("fits")).number == 2)
        await journal.stop()
    }
}
