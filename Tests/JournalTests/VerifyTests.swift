import Digests
import FindingModel
import Testing

@testable import Journal

/// What `verify` sees that a reader does not.
struct VerifyTests {
    @Test func aHeadProvesThatNothingBeforeItWasChanged() throws {
        let builder = SegmentBuilder.receipts(batches: 3)
        let disk = SimulatedDisk.with([builder])
        let head = try #require(try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem).head())
        #expect(JournalHead(parsing: head.bytes) == head && head.number == 9 && head.hash == builder.lastHash)
        #expect(try disk.verify(against: head).isIntact)
        // Another journal that is whole in itself.
        let other = SimulatedDisk.with([SegmentBuilder.receipts(batches: 3, salt: Array(60..<76))])
        let report = try other.verify(against: head)
        #expect(report.problemCount == 0 && report.headMatches == false && !report.isIntact && report.headFinding?.contains("entry 9") == true)
        let short = try SimulatedDisk.with([SegmentBuilder.receipts(batches: 2)]).verify(against: head)
        #expect(short.headFinding == "the head names entry 9, but the journal ends with entry 6")
        let between = try disk.verify(against: JournalHead(tag: head.tag, number: 5, hash: head.hash))
        #expect(between.headFinding == "no whole batch ends with entry 5, which the head names")
    }

    @Test(arguments: [
        "", "{}", "[]", "{\"tag\":\"abcdefgh\",\"number\":1,\"hash\":\"00\"}",
        "{\"tag\":\"abcdefgh\",\"number\":-1,\"hash\":\"\(String(repeating: "0", count: 64))\"}",
    ])
    func whatIsNoHeadIsNotReadAsOne(text: String) { #expect(JournalHead(parsing: Array(text.utf8)) == nil) }

    @Test func aBatchThatWasReplacedBreaksTheChain() throws {
        let builder = SegmentBuilder.receipts(batches: 3)
        var forged = SegmentBuilder()
        forged.add([.receipt("x"), .receipt("y"), .receipt("forged")])
        let disk = SimulatedDisk.with([builder])
        var bytes = try #require(disk.bytes(disk.path(1)))
        bytes.replaceSubrange(4096..<8192, with: forged.bytes[4096..<8192])
        disk.put(bytes, at: disk.path(1))
        let problem = try #require(try disk.verify().problems.first)
        #expect(problem.region == .chain && problem.offset == builder.layouts[1].offset + 72 && problem.numbers == 4...6)
    }

    @Test func aBodyThatMatchesItsChecksumButNotItsDigestIsFound() throws {
        var builder = SegmentBuilder()
        builder.add([EntryDraft(kind: .receipt, body: [1, 2, 3], bodySHA256: SHA256Hash.digest(of: [9]))])
        let problem = try #require(try SimulatedDisk.with([builder]).verify().problems.first)
        #expect(problem.region == .body && problem.finding == "does not match its SHA-256")
        #expect(
            problem.sentence == "00000000000000000001.segment at byte \(builder.layouts[0].bodies[0].lowerBound), body of entry 1: does not match its SHA-256")
    }

    @Test func aSegmentThatContinuesAnotherJournalIsFound() throws {
        let first = SegmentBuilder.receipts(batches: 1)
        let second = SegmentBuilder.receipts(batches: 1, first: 4, previousHash: SHA256Hash.digest(of: [1]), salt: Array(20..<36))
        let problems = try SimulatedDisk.with([first, second]).verify().problems
        #expect(problems.map(\.region) == [.chain, .chain] && problems.map(\.offset) == [40, 4096 + 72])
    }

    @Test func bytesBehindTheLastBatchAreFound() throws {
        let builder = SegmentBuilder.receipts(batches: 1)
        let disk = SimulatedDisk.with([builder])
        disk.flip(disk.path(1), byte: builder.bytes.count + 5000, bit: 3)
        let problem = try #require(try disk.verify().problems.first)
        #expect(problem.region == .padding && problem.offset == builder.bytes.count + 5000)
    }

    @Test func aThousandPlacesAreNamedAndTheRestCounted() throws {
        var builder = SegmentBuilder()
        for _ in 0..<60 { builder.add((0..<20).map { _ in EntryDraft(kind: .receipt, body: [1], bodySHA256: .zero) }) }
        let report = try SimulatedDisk.with([builder]).verify()
        #expect(report.problems.count == 1000 && report.problemCount == 1200 && report.entries == 1200)
    }
}
