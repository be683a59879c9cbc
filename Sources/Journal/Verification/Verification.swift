import Digests
import FindingModel

/// A walk over all of a journal's bytes.
struct Verification {
    private static let problemsMax = 1000
    private let source: FileSource
    private let expectedHead: JournalHead?
    /// How long a batch at the end may look unfinished before that is a finding: a running gateway may be writing it.
    private let settleMilliseconds: Int64
    private var report = VerifyReport()
    /// The number that comes next.
    private var next: UInt64 = 0
    /// The hash of the batch before; nothing where that could not be read.
    private var previousHash: SHA256Digest? = .zero
    private var receiptClock = Timestamp(milliseconds: .min)
    /// Bodies that are all zero and should not be, until the decisions behind them are known.
    private var zeroed: [UInt64: VerifyReport.Problem] = [:]
    /// Bodies that are neither whole nor zero, until it is known whether an erasure of theirs was cut short.
    private var torn: [UInt64: VerifyReport.Problem] = [:]
    private var decided: [UInt64: UInt64] = [:]

    init(_ source: FileSource, head: JournalHead?, settleMilliseconds: Int64) {
        self.source = source
        self.settleMilliseconds = settleMilliseconds
        expectedHead = head
    }

    mutating func run() throws(JournalError) -> VerifyReport {
        let segments = try source.segments()
        next = segments.first ?? 1
        report.firstNumber = next
        for (index, first) in segments.enumerated() {
            try walk(try SegmentFile(first: first, in: source.directory, source.fileSystem), isFirst: index == 0, isLast: first == segments.last)
        }
        try judgeErasures()
        judgeHead()
        report.lastNumber = next - 1
        return report
    }

    private mutating func walk(_ segment: SegmentFile, isFirst: Bool, isLast: Bool) throws(JournalError) {
        report.segments += 1
        checkFirstBlock(segment, isFirst: isFirst)
        var offset = JournalFormat.blockBytes
        while true {
            switch try settled(segment, at: offset, isLast: isLast) {
            case .batch(let batch):
                check(batch, segment)
                offset = batch.end
            case .damagedHeads(let header, let damage):
                if header.firstNumber > next { add(segment, offset, .numbers, next...header.firstNumber - 1, "missing before this batch") }
                add(segment, offset + damage.offset, .head, header.firstNumber...header.lastNumber, "damaged; the whole batch cannot be read")
                next = header.lastNumber + 1
                previousHash = nil
                offset += header.totalBytes
            case .damagedHeader:
                guard let found = try skip(segment, from: offset, "no batch of this segment begins here, but bytes stand here", isLast) else { return }
                offset = found
            case .empty:
                if try segment.nextHeader(from: offset, notBefore: next) == nil {
                    return try checkRest(segment, from: offset)
                }
                guard let found = try skip(segment, from: offset, "zeros stand where a batch was", isLast) else { return }
                offset = found
            }
        }
    }

    private mutating func checkFirstBlock(_ segment: SegmentFile, isFirst: Bool) {
        guard let header = segment.header else { return add(segment, 0, .firstBlock, nil, "damaged") }
        report.tag = header.tag
        if header.firstNumber != segment.firstNumber {
            add(segment, 32, .firstBlock, nil, "says that the segment begins with entry \(header.firstNumber)")
        }
        if isFirst {
            previousHash = header.previousHash
        } else if let expected = previousHash, header.previousHash != expected {
            add(segment, 40, .chain, nil, "does not continue the segment before")
        }
        if segment.firstNumber > next {
            add(segment, 0, .numbers, next...segment.firstNumber - 1, "missing before this segment")
            next = segment.firstNumber
            previousHash = header.previousHash
        }
    }

    /// What stands at `offset`; at the journal's end, after a running gateway had time to finish it.
    private func settled(_ segment: SegmentFile, at offset: Int, isLast: Bool) throws(JournalError) -> SegmentFile.Reading {
        let reading = try segment.batch(at: offset)
        guard isLast, !isWhole(reading), try segment.nextHeader(from: offset + JournalFormat.blockBytes, notBefore: next) == nil else { return reading }
        let deadline = MonotonicClock.milliseconds() + settleMilliseconds
        while MonotonicClock.milliseconds() < deadline {
            ThreadSignal.pause(milliseconds: 20)
            let again = try segment.batch(at: offset)
            if isWhole(again) { return again }
        }
        return try segment.batch(at: offset)
    }

    private func isWhole(_ reading: SegmentFile.Reading) -> Bool {
        switch reading {
        case .batch(let batch): batch.entries.allSatisfy { batch.bodyIsWhole($0) || batch.bodyIsZero($0) }
        case .empty: true
        case .damagedHeads, .damagedHeader: false
        }
    }

    /// Notes a place at which no batch can be read and finds the next one; nothing when there is none in this segment.
    private mutating func skip(_ segment: SegmentFile, from offset: Int, _ finding: String, _ isLast: Bool) throws(JournalError) -> Int? {
        if let found = try segment.nextHeader(from: offset, notBefore: next) {
            let last = found.header.firstNumber - 1
            add(segment, offset, .header, last >= next ? next...last : nil, finding)
            next = found.header.firstNumber
            previousHash = nil
            return found.offset
        }
        let following = try source.segments().first { $0 > segment.firstNumber }
        add(segment, offset, .header, following.flatMap { $0 > next ? next...$0 - 1 : nil }, isLast ? finding + "; it is the journal's end" : finding)
        if let following, following > next { next = following }
        previousHash = nil
        return nil
    }

    /// Behind a segment's last batch everything is zero.
    private mutating func checkRest(_ segment: SegmentFile, from start: Int) throws(JournalError) {
        var offset = start
        while true {
            let chunk = try SegmentFile.read(segment.file, ZeroBytes.block.count, at: offset)
            // A batch that a running gateway has begun since is not looked at.
            if chunk.withUnsafeBytes({ BatchHeader($0.slice(0..<$0.count)) })?.salt == segment.salt, segment.salt != nil { return }
            if let place = chunk.firstIndex(where: { $0 != 0 }) {
                return add(segment, offset + place, .padding, nil, "bytes stand behind the last batch that are not zero")
            }
            guard chunk.count == ZeroBytes.block.count, let next = segment.file.nextData(from: offset + chunk.count) else { return }
            offset = next & ~(JournalFormat.blockBytes - 1)
        }
    }

    private mutating func check(_ batch: Batch, _ segment: SegmentFile) {
        let header = batch.header, numbers = header.firstNumber...header.lastNumber
        report.batches += 1
        if header.firstNumber > next {
            add(segment, batch.offset, .numbers, next...header.firstNumber - 1, "missing before this batch")
        } else if header.firstNumber < next {
            add(segment, batch.offset, .numbers, numbers, "stand here a second time")
        }
        if let previousHash, header.firstNumber == next, header.previousHash != previousHash {
            add(segment, batch.offset + 72, .chain, numbers, "the batch does not continue the one before")
        }
        for entry in batch.entries { check(entry, batch, segment) }
        if let fault = batch.paddingFault {
            add(segment, batch.offset + fault, .padding, numbers, "not zero; the entries are whole")
        }
        let hash = batch.hash
        if let expectedHead, expectedHead.number == header.lastNumber { compare(expectedHead, hash) }
        next = header.lastNumber + 1
        previousHash = hash
        report.lastHash = hash
    }

    private mutating func check(_ entry: Batch.Placed, _ batch: Batch, _ segment: SegmentFile) {
        let head = entry.head, number = head.number, bodyOffset = batch.offset + entry.bodyOffset
        report.entries += 1
        if head.receivedTime < receiptClock, batch.wholeBody(entry).flatMap({ ClockStep(parsing: $0) }) == nil {
            add(segment, batch.offset + entry.headOffset, .head, number...number, "its receipt time is before that of the entry before")
        }
        receiptClock = head.receivedTime
        guard let body = batch.wholeBody(entry) else {
            let problem = VerifyReport.Problem(
                segment: segment.name, offset: bodyOffset, region: .body, numbers: number...number,
                finding: batch.bodyIsZero(entry) ? "zeros stand where it was, and no decision to erase it" : "does not match its checksum")
            if batch.bodyIsZero(entry) {
                zeroed[number] = problem
            } else if torn.count < Self.problemsMax {
                torn[number] = problem
            } else {
                add(problem)
            }
            return
        }
        if SHA256Hash.digest(of: body) != head.bodySHA256 {
            add(segment, bodyOffset, .body, number...number, "does not match its SHA-256")
        }
        if head.kind == .decision, let decision = EraseDecision(parsing: body) { decided[decision.number] = number }
        if head.kind == .recovery, let note = RecoveryNote(parsing: body) { report.tag = note.tag }
    }

    /// Sets erased bodies that a decision stands behind apart from those that were lost.
    private mutating func judgeErasures() throws(JournalError) {
        for (number, problem) in zeroed.sorted(by: { $0.key < $1.key }) {
            if let decision = decided[number] { report.erased[number] = decision } else { add(problem) }
        }
        // A power cut leaves some of the zeros of an erasure that the next start finishes: nothing is lost that was not to be.
        for (number, problem) in torn.sorted(by: { $0.key < $1.key }) where decided[number] == nil { add(problem) }
        report.unfinishedErasures = try standing()
        report.problems.sort { ($0.segment, $0.offset) < ($1.segment, $1.offset) }
    }

    /// What stands although its erasure is decided; after a running gateway had time to do it.
    private func standing() throws(JournalError) -> [UInt64] {
        let erasing = Erasing(source), deadline = MonotonicClock.milliseconds() + settleMilliseconds
        var left = try erasing.standing(Set(decided.keys.filter { zeroed[$0] == nil }))
        while !left.isEmpty, MonotonicClock.milliseconds() < deadline {
            ThreadSignal.pause(milliseconds: 20)
            left = try erasing.standing(Set(left))
        }
        return left
    }

    private mutating func compare(_ head: JournalHead, _ hash: SHA256Digest) {
        report.headMatches = head.hash == hash
        if head.hash != hash { report.headFinding = "the batch that ends with entry \(head.number) is not the one that the head names" }
    }

    private mutating func judgeHead() {
        guard let expectedHead, report.headMatches == nil else { return }
        report.headMatches = false
        report.headFinding =
            expectedHead.number >= next
            ? "the head names entry \(expectedHead.number), but the journal ends with entry \(next - 1)"
            : "no whole batch ends with entry \(expectedHead.number), which the head names"
    }

    private mutating func add(
        _ segment: SegmentFile, _ offset: Int, _ region: VerifyReport.Problem.Region, _ numbers: ClosedRange<UInt64>?, _ finding: String
    ) {
        add(VerifyReport.Problem(segment: segment.name, offset: offset, region: region, numbers: numbers, finding: finding))
    }

    private mutating func add(_ problem: VerifyReport.Problem) {
        report.problemCount += 1
        if report.problems.count < Self.problemsMax { report.problems.append(problem) }
    }
}
