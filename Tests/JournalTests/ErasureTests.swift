import FindingModel
import Glibc
import Testing

@testable import Journal

/// A body that a person has erased.
struct ErasureTests {
    @Test func anErasedBodyIsGoneAndTheChainStillVerifies() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        let collector = Collector()
        for token in 0..<5 { journal.append(.receipt("CANARY-\(token)"), token: UInt64(token), to: collector) }
        await collector.wait(for: 5)
        let number = try #require(try collector.outcomes[2]?.get().number)
        try await journal.erase(number, reason: "a person's \"data\"", who: "alice")
        try await journal.erase(number, reason: "again", who: "bob")
        var reader = journal.reader(from: number)
        let entry = try #require(try reader.next(limit: 1, maxBytes: 100).first)
        #expect(entry.body == .erased && entry.bodySize == 8 && entry.kind == .receipt)
        await journal.stop()
        let content = disk.paths.compactMap { disk.bytes($0) }.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(!content.contains("CANARY-2") && content.contains("CANARY-1") && content.contains("CANARY-3"))
        let report = try disk.verify()
        #expect(report.isIntact && report.erased == [number: 7] && report.unfinishedErasures.isEmpty)
        let (entries, skipped) = try disk.read()
        #expect(entries.filter { $0.body == .erased }.map(\.number) == [number] && skipped.isEmpty)
        let decision = try #require(entries.last?.body.bytes.flatMap { EraseDecision(parsing: $0) })
        #expect(entries.count == 7 && decision == EraseDecision(number: number, reason: "a person's \"data\"", who: "alice"))
        let (again, recovery) = try SegmentJournal.open(disk.options(seed: 2))
        #expect(!recovery.foundLoss)
        var later = again.reader(from: number)
        #expect(try later.next(limit: 1, maxBytes: 100).first?.body == .erased)
        await again.stop()
    }

    @Test func onlyReceiptsThatAreThereCanBeErased() async throws {
        let disk = SimulatedDisk()
        let journal = try SegmentJournal.open(disk.options()).journal
        for number in [UInt64(0), 1, 2, 99] {
            let error = await #expect(throws: JournalError.self) { try await journal.erase(number, reason: "", who: "") }
            #expect(error?.code == .noSuchEntry)
        }
        #expect(journal.watermark == 1)
        await journal.stop()
    }

    @Test func zerosWithoutADecisionAreNoErasure() throws {
        let builder = SegmentBuilder.receipts(batches: 2)
        let disk = SimulatedDisk.with([builder])
        var bytes = try #require(disk.bytes(disk.path(1)))
        for place in builder.layouts[0].bodies[1] { bytes[place] = 0 }
        disk.put(bytes, at: disk.path(1))
        #expect(try disk.read().entries[1].body == .unreadable)
        let problem = try #require(try disk.verify().problems.first)
        #expect(problem.numbers == 2...2 && problem.region == .body && problem.finding.contains("no decision"))
    }

    @Test func aPowerCutNeverLosesMoreThanTheBodyThatIsErased() async throws {
        var erased = 0, kept = 0
        for calls in 0..<24 {
            let disk = SimulatedDisk.withoutSpare()
            let journal = try SegmentJournal.open(disk.options()).journal
            let collector = Collector()
            for token in 0..<3 { journal.append(.receipt("CANARY-\(token)" + String(repeating: "c", count: 900)), token: UInt64(token), to: collector) }
            await collector.wait(for: 3)
            disk.cutPower(afterCalls: calls)
            _ = try? await journal.erase(3, reason: "r", who: "w")
            var random = SeededGenerator(seed: UInt64(calls))
            let after = disk.afterPowerCut(&random)
            await journal.stop()
            let (again, recovery) = try SegmentJournal.open(after.options(seed: 2))
            #expect(recovery.unreadable.isEmpty, "after \(calls) calls")
            // An erasure that was decided is finished by the next start, also where nothing else of it was done.
            let isDecided = try after.read().entries.contains { $0.kind == .decision }
            // What a power cut tore may have taken the words already: the list says when it is done.
            if isDecided {
                let mark = try #require(try after.marks()[3])
                #expect(
                    await eventually {
                        guard let list = try? Erasures.read(in: SimulatedDisk.directory, after.fileSystem) else { return false }
                        return list.listed == [mark] && list.unfinished.isEmpty
                    })
            }
            await again.stop()
            let entries = try after.read().entries
            #expect(entries.filter { $0.kind == .receipt }.map(\.number) == [2, 3, 4])
            #expect(entries[1].text?.hasPrefix("CANARY-0") == true && entries[3].text?.hasPrefix("CANARY-2") == true)
            let decisions = entries.compactMap { $0.kind == .decision ? $0.body.bytes.flatMap { EraseDecision(parsing: $0) } : nil }
            if entries[2].body == .erased { #expect(decisions.map(\.number) == [3]) } else { #expect(entries[2].text?.hasPrefix("CANARY-1") == true) }
            let report = try after.verify()
            #expect(report.isIntact, "after \(calls) calls: \(report.problems)")
            if entries[2].body == .erased { erased += 1 } else { kept += 1 }
        }
        #expect(erased > 0 && kept > 0)
    }

    @Test func whatFailedBehindTheDecisionIsDoneWhenItIsAskedForAgain() async throws {
        let disk = SimulatedDisk.withoutSpare()
        let journal = try SegmentJournal.open(disk.options()).journal
        let collector = Collector()
        for token in 0..<3 { journal.append(.receipt("CANARY-\(token)"), token: UInt64(token), to: collector) }
        await collector.wait(for: 3)
        let number = try #require(try collector.outcomes[1]?.get().number)
        // The decision's own synchronisation is the first.
        disk.onSynchronize { _ in disk.fail("open", with: EIO) }
        let error = await #expect(throws: JournalError.self) { try await journal.erase(number, reason: "r", who: "w") }
        #expect(error != nil && journal.watermark == 5, "the decision is durable")
        disk.onSynchronize { _ in }
        disk.mend("open")
        let end = journal.watermark
        #expect(try await journal.erase(number, reason: "r", who: "w") == nil)
        #expect(try journal.finishErasing([number]).isEmpty)
        #expect(journal.watermark == end, "what is decided is not decided again")
        await journal.stop()
        let content = disk.paths.compactMap { disk.bytes($0) }.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(!content.contains("CANARY-1") && content.contains("CANARY-0") && content.contains("CANARY-2"))
        let report = try disk.verify()
        #expect(report.isIntact && report.erased.keys.sorted() == [number] && report.unfinishedErasures.isEmpty)
    }

    /// A segment that is put back from before brings the body back, whether or not the list says that it is gone.
    @Test(arguments: [true, false]) func aBodyThatComesBackIsErasedByEveryStart(hasList: Bool) async throws {
        let disk = SimulatedDisk.withoutSpare()
        var journal = try SegmentJournal.open(disk.options(segmentBytes: 64 << 10)).journal
        let number = try await journal.append(.receipt("CANARY-1")).number
        for _ in 0..<3 { _ = try await journal.append(.receipt(String(repeating: "c", count: 40_000))) }
        let before = try #require(disk.bytes(disk.path(1)))
        try await journal.erase(number, reason: "r", who: "w")
        for _ in 0..<3 { _ = try await journal.append(.receipt(String(repeating: "d", count: 40_000))) }
        await journal.stop()
        disk.put(before, at: disk.path(1))
        if !hasList { disk.put([], at: disk.list) }
        let files = try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem)
        let report = try files.verify(settleMilliseconds: 0)
        #expect(!report.isIntact && report.problemCount == 0 && report.unfinishedErasures == [number])
        var exported = ""
        _ = try files.export { exported += String(decoding: $0, as: UTF8.self) }
        #expect(!exported.contains("CANARY-1") && exported.contains("\"erased\":true"))
        journal = try SegmentJournal.open(disk.options(seed: 2)).journal
        // Whoever projects the journal has read the decision.
        #expect(try journal.finishErasing([number, 999]) == [999])
        #expect(await eventually { disk.bytes(disk.path(1)).map { String(decoding: $0, as: UTF8.self).contains("CANARY-1") } == false })
        var reader = journal.reader(from: number)
        #expect(try reader.next(limit: 1, maxBytes: 100).first?.body == .erased)
        await journal.stop()
        #expect(try files.verify().isIntact && files.verify().erased.keys.sorted() == [number])
        let listed = try Erasures.read(in: SimulatedDisk.directory, disk.fileSystem)
        #expect(try listed.listed == [#require(try disk.marks()[number])] && listed.unfinished.isEmpty)
    }

    @Test func whatCannotBeErasedKeepsNothingElseFromIt() async throws {
        let disk = SimulatedDisk.withoutSpare()
        let journal = try SegmentJournal.open(disk.options(segmentBytes: 64 << 10)).journal
        var numbers: [UInt64] = []
        for _ in 0..<3 { numbers.append(try await journal.append(.receipt("CANARY" + String(repeating: "c", count: 50_000))).number) }
        let first = try #require(disk.bytes(disk.path(1)))
        try disk.fileSystem.remove(disk.path(1))
        #expect(throws: JournalError.self) { try journal.finishErasing(Set(numbers)) }
        disk.put(first, at: disk.path(1))
        var reader = journal.reader(from: 1)
        #expect(try reader.all().filter { $0.kind == .receipt }.map(\.body) == [.erased, .erased, .erased])
        await journal.stop()
        let content = disk.paths.filter { $0 != disk.path(1) }.compactMap { disk.bytes($0) }.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(!content.contains("CANARY") && String(decoding: first, as: UTF8.self).contains("CANARY"))
    }

    @Test func theListOfErasuresForgivesWhatIsNoLine() {
        let lines = [
            "", "erase 5 00000000000000aa", "", "erased 5 00000000000000aa", "", "erase 7 00000000000000bb", "erase x 00000000000000bb", "nonsense", "erase 8",
            "erase 8 ", "erase 8 bb", "erase 8 00000000000000BB", "erase +8 00000000000000bb", "erase 08 00000000000000bb", "erase 8 00000000000000bb ",
            "erase 9 00000000000000cc", "forgotten 9 00000000000000cc", "forgotten 7 00000000000000cc", "erase 1 00000000000000bb",
        ]
        let list = Erasures(parsing: Array(lines.joined(separator: "\n").utf8))
        #expect(list.listed == [EntryMark(number: 5, head: 0xaa), EntryMark(number: 7, head: 0xbb)])
        #expect(list.unfinished == [EntryMark(number: 7, head: 0xbb)])
    }

    /// A list that is older or newer than its segments, or has a turned bit, names entries that nobody erased.
    @Test(arguments: ["erase", "erased"]) func theListTakesNothingFromWhatItDoesNotMean(word: String) async throws {
        let disk = SimulatedDisk.withoutSpare()
        var journal = try SegmentJournal.open(disk.options()).journal
        for name in ["A", "B", "C"] { _ = try await journal.append(.receipt("CANARY-\(name)")) }
        await journal.stop()
        let whole = try #require(try disk.marks()[3])
        let lines = ["\(word) 2", "\(word) 2 0123456789abcdef", "\(word) \(EntryMark(number: 4, head: whole.head).text)", "\(word) \(whole.text)"]
        disk.put(Array((lines.joined(separator: "\n") + "\n").utf8), at: disk.list)
        journal = try SegmentJournal.open(disk.options(seed: 2)).journal
        // The thread that finishes erasures is done with them when the journal has stopped.
        await journal.stop()
        journal = try SegmentJournal.open(disk.options(seed: 3)).journal
        var reader = journal.reader(from: 1)
        #expect(try reader.all().filter { $0.kind == .receipt }.map(\.text) == ["CANARY-A", "CANARY-B", "CANARY-C"])
        // What it does mean and no decision says comes from a copy from before the decision.
        #expect(try journal.forgottenErasures() == [3])
        try journal.forgetErasures()
        #expect(try journal.forgottenErasures().isEmpty)
        await journal.stop()
        #expect(try !Erasures.read(in: SimulatedDisk.directory, disk.fileSystem).listed.contains(whole))
        #expect(try disk.verify().isIntact)
    }

    /// A body that is half overwritten, and whose decision cannot be read, is erased all the same; one that was damaged is not.
    @Test(arguments: [true, false]) func whatIsHalfErasedIsErased(isListed: Bool) async throws {
        let disk = SimulatedDisk.with([SegmentBuilder.receipts(batches: 3)])
        let mark = try #require(try disk.marks()[2])
        let place = try #require(try disk.places()[2]?.body)
        var bytes = try #require(disk.bytes(disk.path(1)))
        bytes[place.lowerBound] = 0
        disk.put(bytes, at: disk.path(1))
        let other = EntryMark(number: 2, head: mark.head ^ 1)
        disk.put(Array("erase \((isListed ? mark : other).text)\n".utf8), at: disk.list)
        let (journal, report) = try SegmentJournal.open(disk.options(seed: 2))
        #expect(report.unreadable == (isListed ? [] : [2]))
        var reader = journal.reader(from: 2)
        #expect(try reader.next(limit: 1, maxBytes: 100).first?.body == (isListed ? .erased : .unreadable))
        if isListed { #expect(await eventually { (try? Erasures.read(in: SimulatedDisk.directory, disk.fileSystem))?.unfinished.isEmpty == true }) }
        await journal.stop()
        let after = try #require(disk.bytes(disk.path(1)))
        #expect(after[place].allSatisfy { $0 == 0 } == isListed)
    }
}

extension SimulatedDisk {
    fileprivate var list: String { Self.directory + "/" + Erasures.fileName }

    /// Where the entries of the first segment stand.
    fileprivate func places() throws -> [UInt64: EntryPlace] {
        let source = FileSource(directory: Self.directory, fileSystem: fileSystem)
        return try EntryPlace.find(Set(1...100), in: 1, source).reduce(into: [:]) { $0[$1.number] = $1 }
    }

    fileprivate func marks() throws -> [UInt64: EntryMark] { try places().mapValues(\.mark) }
}
