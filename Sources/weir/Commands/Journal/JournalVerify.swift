import ArgumentParser
import JSONDocument
import Journal

/// `weir journal verify`: every byte, the chain, and a head that was sent out earlier.
struct JournalVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks every byte of the journal and the chain of its batches; names the first bad place.",
        discussion: "Proves integrity against accident; against intent only with --head, a head that was kept elsewhere.")

    @Option(
        help: ArgumentHelp(
            "A head sent out earlier: {\"tag\":…,\"number\":…,\"hash\":…}, or a notice.gateway_checkpoint change; - reads standard input.", valueName: "file"))
    var head: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var place: JournalPlace

    func run() throws {
        let files = try place.files()
        var expected: JournalHead?
        if let head {
            guard let parsed = JournalHead(parsing: try InputFile.read(head)) else {
                throw CommandFailure("\(head) is no head of a journal", hint: "{\"tag\":\"…\",\"number\":1,\"hash\":\"64 hex digits\"}")
            }
            expected = parsed
        }
        let report: VerifyReport
        do throws(JournalError) { report = try files.verify(against: expected) } catch { throw CommandFailure(error.message) }
        if json {
            StandardOutput.json(Self.json(report))
        } else {
            show(report, expected)
        }
        guard report.isIntact else {
            if let first = report.problems.first?.sentence ?? report.headFinding {
                throw CommandFailure("the journal is not as it was written: " + first)
            }
            throw CommandFailure(
                "the journal holds what was erased: \(report.unfinishedErasures.count.of("receipt")), the first is \(report.unfinishedErasures.first ?? 0)",
                hint: "each start of the gateway erases what a decision names: start it on this data folder, then look once more")
        }
    }

    private func show(_ report: VerifyReport, _ expected: JournalHead?) {
        for problem in report.problems { StandardOutput.line(SafeText.escaped(problem.sentence)) }
        if report.problemCount > report.problems.count { StandardOutput.line("… and \(report.problemCount - report.problems.count) more") }
        for (number, decision) in report.erased.sorted(by: { $0.key < $1.key }) { StandardOutput.line("entry \(number): erased by decision \(decision)") }
        for number in report.unfinishedErasures { StandardOutput.line("entry \(number): its erasure was decided, and its body stands") }
        if let finding = report.headFinding { StandardOutput.line(SafeText.escaped(finding)) }
        let entries = report.entries == 0 ? "no entries" : "entries \(report.firstNumber) to \(report.lastNumber)"
        StandardOutput.line("\(Self.word(report, expected)): \(entries) in \(report.segments.of("segment")), \(report.problemCount.of("problem"))")
        StandardOutput.line("head: " + String(decoding: report.head.bytes, as: UTF8.self))
    }

    private static func word(_ report: VerifyReport, _ expected: JournalHead?) -> String {
        if report.isIntact { return "intact" }
        if report.problemCount == 0, let expected, report.lastNumber < expected.number { return "an older copy, or cut" }
        if report.problemCount == 0 { return report.headMatches == false ? "another history" : "not erased" }
        return "damaged"
    }

    private static func json(_ report: VerifyReport) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("intact")
        writer.bool(report.isIntact)
        writer.member("entries", report.entries)
        writer.member("first", String(report.firstNumber))
        writer.member("last", String(report.lastNumber))
        writer.member("segments", report.segments)
        writer.member("batches", report.batches)
        writer.key("erased")
        writer.beginArray()
        for number in report.erased.keys.sorted() { writer.string(String(number)) }
        writer.endArray()
        writer.key("not_erased")
        writer.beginArray()
        for number in report.unfinishedErasures { writer.string(String(number)) }
        writer.endArray()
        writer.member("problem_count", report.problemCount)
        writer.key("problems")
        writer.beginArray()
        for problem in report.problems {
            writer.beginObject()
            writer.member("segment", problem.segment)
            writer.member("offset", problem.offset)
            writer.member("region", problem.region.rawValue)
            if let numbers = problem.numbers {
                writer.member("first", String(numbers.lowerBound))
                writer.member("last", String(numbers.upperBound))
            }
            writer.member("finding", problem.finding)
            writer.endObject()
        }
        writer.endArray()
        if let finding = report.headFinding { writer.member("head_finding", finding) }
        writer.key("head")
        writer.raw(report.head.bytes)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }

    mutating func member(_ name: String, _ number: Int) {
        key(name)
        integer(Int64(number))
    }
}
