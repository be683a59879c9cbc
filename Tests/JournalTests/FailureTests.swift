import FindingModel
import Glibc
import Synchronization
import Testing

@testable import Journal

/// What happens when the disk does not do what it is asked.
struct FailureTests {
    @Test func aFailedSyncIsFinal() async throws {
        let disk = SimulatedDisk.withoutSpare(), fatal = FatalErrors()
        let journal = try SegmentJournal.open(disk.options(fatal: fatal)).journal
        let kept = try await journal.append(.receipt("kept"))
        disk.fail("fdatasync", with: EIO, times: 1)
        let collector = Collector()
        for token in 0..<10 { journal.append(.receipt("lost \(token)"), token: UInt64(token), to: collector) }
        await collector.wait(for: 10)
        for outcome in collector.outcomes.values { #expect(throws: JournalError.self) { try outcome.get() } }
        #expect(journal.availability == .failed)
        // The disk would work again, but nobody may believe it.
        await #expect(throws: JournalError.afterFailure) { try await journal.append(.receipt("later")) }
        // Who waits is told before the process is, so only now it has been.
        #expect(fatal.all.map(\.code) == [.failed] && fatal.all.allSatisfy(\.isFatal))
        #expect(disk.count("fdatasync") < 10 && journal.watermark == kept.number)
        await journal.stop()
        let again = try SegmentJournal.open(disk.afterKill().options(seed: 2)).journal
        var reader = again.reader(from: kept.number)
        #expect(try reader.all().first?.text == "kept")
        await again.stop()
    }

    @Test(arguments: [(ENOSPC, JournalError.Code.diskFull), (EDQUOT, .diskFull), (EIO, .writeFailed)])
    func aFailedWriteIsUndone(number: Int32, code: JournalError.Code) async throws {
        let disk = SimulatedDisk.withoutSpare(), fatal = FatalErrors()
        let journal = try SegmentJournal.open(disk.options(fatal: fatal)).journal
        _ = try await journal.append(.receipt("a"))
        for callsThatFail in [["pwrite"], ["pwrite", "ftruncate"]] {
            for call in callsThatFail { disk.fail(call, with: number) }
            let error = await #expect(throws: JournalError.self) { try await journal.append(.receipt("b", deduplicates: true)) }
            #expect(error?.code == code && error?.isRetriable == true && journal.availability == .ready)
            for call in callsThatFail { disk.mend(call) }
        }
        let appended = try await journal.append(.receipt("b", deduplicates: true))
        #expect(appended.number == 3 && !appended.duplicate, "a write that was undone leaves neither a number nor a duplicate behind")
        await journal.stop()
        #expect(try disk.verify().isIntact && fatal.all.isEmpty)
        #expect(try disk.read().entries.map(\.number) == [1, 2, 3])
    }

    @Test func aFullDiskIsUsedAgainAsSoonAsThereIsRoom() async throws {
        let disk = SimulatedDisk.withoutSpare()
        var options = disk.options(segmentBytes: 1 << 20)
        options.dedupeWindow = 10
        let journal = try SegmentJournal.open(options).journal
        // The zeros ahead are used up first; then a write is cut off in its middle.
        disk.state.withLock { $0.room = 6000 }
        var numbers: [UInt64] = [], failures = 0
        let body = String(repeating: "x", count: 50_000)
        for _ in 0..<40 {
            do throws(JournalError) { numbers.append(try await journal.append(.receipt(body)).number) } catch {
                #expect(error.code == .diskFull)
                failures += 1
            }
        }
        #expect(failures > 0 && !numbers.isEmpty)
        disk.state.withLock { $0.room = .max }
        numbers.append(try await journal.append(.receipt("room")).number)
        #expect(numbers == Array(2...UInt64(numbers.count + 1)))
        await journal.stop()
        #expect(try disk.verify().isIntact)
        #expect(try disk.read().entries.count == numbers.count + 1)
    }

    @Test(arguments: [("open", EMFILE), ("rename", EACCES)]) func aSegmentGoesOnWhereNoNewOneCanBeMade(call: String, number: Int32) async throws {
        let disk = SimulatedDisk.withoutSpare(), clock = ManualClock()
        var options = disk.options(segmentBytes: 16 << 10)
        options.monotonic = { clock.milliseconds }
        let journal = try SegmentJournal.open(options).journal
        disk.fail(call, with: number)
        for index in 0..<6 { _ = try await journal.append(.receipt("\(index)")) }
        disk.mend(call)
        #expect(disk.paths == [disk.path(1)])
        clock.advance(2000)
        _ = try await journal.append(.receipt("next"))
        #expect(disk.paths == [disk.path(1), disk.path(8)] && journal.availability == .ready)
        var reader = journal.reader(from: 2)
        #expect(try reader.all().map(\.number) == Array(2...8))
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }

    @Test func aDirectoryThatCannotBeSyncedIsFinal() async throws {
        let disk = SimulatedDisk.withoutSpare(), fatal = FatalErrors()
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 8 << 10, fatal: fatal)).journal
        disk.fail("fsync", with: EIO)
        await #expect(throws: JournalError.self) { try await journal.append(.receipt(String(repeating: "x", count: 5000))) }
        #expect(journal.availability == .failed)
        await journal.stop()
        // Who waited is told before the process is.
        #expect(fatal.all.count == 1)
    }

    @Test func aSyncThatTakesLongIsAStall() async throws {
        let disk = SimulatedDisk.withoutSpare(), clock = ManualClock(), gate = ThreadGate()
        var options = disk.options()
        options.monotonic = { clock.milliseconds }
        let journal = try SegmentJournal.open(options).journal
        disk.onSynchronize { _ in gate.pass() }
        gate.close()
        let collector = Collector()
        journal.append(.receipt("a"), token: 1, to: collector)
        gate.waitUntilOneWaits()
        clock.advance(1000)
        #expect(journal.availability == .ready)
        clock.advance(1)
        #expect(journal.availability == .stalled)
        gate.open()
        await collector.wait(for: 1)
        #expect(await eventually { journal.availability == .ready })
        await journal.stop()
    }

    @Test func theReserveIsKeptFreeOfReceiptsOnly() async throws {
        let disk = SimulatedDisk()
        disk.setSpace(free: 10 << 20)
        var options = disk.options()
        options.diskReserve = DiskReserve(bytes: 5 << 20, percent: 0)
        let journal = try SegmentJournal.open(options).journal
        let first = try await journal.append(.receipt("a", deduplicates: true))
        disk.setSpace(free: (5 << 20) - 1)
        #expect(await eventually { journal.availability == .diskReserve })
        await #expect(throws: JournalError.reserve) { try await journal.append(.receipt("b")) }
        #expect(try await journal.append(EntryDraft(kind: .notice, body: Array("{}".utf8))).number == 3)
        #expect(try await journal.append(.receipt("a", deduplicates: true)).number == first.number)
        // Nobody appends, and still it is noticed.
        disk.setSpace(free: 5 << 20)
        #expect(await eventually { journal.availability == .ready })
        #expect(try await journal.append(.receipt("b")).number == 4)
        await journal.stop()
    }

    struct Room {
        let reserve: DiskReserve
        let freeMiB: UInt64
        let totalMiB: UInt64
        let reached: Bool
    }

    @Test(arguments: [
        Room(reserve: .standard, freeMiB: 1024, totalMiB: 10_240, reached: false),
        Room(reserve: .standard, freeMiB: 1023, totalMiB: 10_240, reached: true),
        Room(reserve: .standard, freeMiB: 5 * 1024, totalMiB: 200 * 1024, reached: true),
        Room(reserve: .standard, freeMiB: 11 * 1024, totalMiB: 200 * 1024, reached: false),
        Room(reserve: .none, freeMiB: 0, totalMiB: 1024, reached: false),
        Room(reserve: DiskReserve(bytes: 0, percent: 200), freeMiB: 1, totalMiB: 1024, reached: true),
    ]) func theReserveIsTheLargerOfBytesAndShare(room: Room) {
        let space = DiskSpace(free: room.freeMiB << 20, total: room.totalMiB << 20)
        #expect(room.reserve.isReached(by: space) == room.reached)
    }

    @Test func aJournalStartsOnAFullDisk() async throws {
        let disk = SimulatedDisk.with([SegmentBuilder.receipts(batches: 3)])
        disk.state.withLock { $0.room = 0 }
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        #expect(recovery.lastNumber == 10 && !recovery.foundLoss)
        #expect(try await journal.append(.receipt("in the zeros ahead")).number == 11)
        await journal.stop()
        #expect(try disk.verify().isIntact && disk.paths == [disk.path(1)])
    }

    @Test(arguments: [20, 5_000_000]) func aTagForWhichTheFullDiskHasNoRoomComesBeforeTheFirstEntry(size: Int) async throws {
        let disk = SimulatedDisk.with([SegmentBuilder.receipts(batches: 3)], zeros: 0)
        disk.state.withLock { $0.room = 0 }
        let (journal, recovery) = try SegmentJournal.open(disk.options())
        #expect(recovery.lastNumber == 9 && journal.tag == recovery.tag && recovery.tag != SegmentBuilder.tag)
        await #expect(throws: JournalError.self) { try await journal.append(.receipt("no room")) }
        disk.state.withLock { $0.room = .max }
        #expect(try await journal.append(.receipt(String(repeating: "l", count: size))).number == 11)
        var reader = journal.reader(from: 10)
        let entries = try reader.all()
        #expect(entries.map(\.kind) == [.recovery, .receipt])
        #expect(entries.first?.body.bytes.flatMap { RecoveryNote(parsing: $0) } == RecoveryNote(tag: journal.tag, reason: .started))
        await journal.stop()
        #expect(try disk.verify().isIntact)
    }
}
