import ArgumentParser
import FindingModel
import Gateway
import JSONDocument
import Journal

/// `weir journal stats`: how much there is.
struct JournalStats: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stats", abstract: "Counts the journal's entries by kind and source.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var place: JournalPlace

    func run() throws {
        let files = try place.files()
        let statistics: JournalStatistics
        do throws(JournalError) { statistics = try files.statistics() } catch { throw CommandFailure(error.message) }
        if json {
            StandardOutput.json(Self.json(statistics))
            return
        }
        StandardOutput.line("tag       \(statistics.tag)")
        StandardOutput.line(
            "entries   \(statistics.firstNumber) to \(statistics.lastNumber), in \(statistics.batches) \(statistics.batches == 1 ? "batch" : "batches")")
        if let first = statistics.firstTime, let last = statistics.lastTime { StandardOutput.line("received  \(first.rfc3339) to \(last.rfc3339)") }
        StandardOutput.line("files     \(statistics.segments.of("segment")), \(ByteSize.text(Int64(statistics.fileBytes)))")
        if statistics.erased > 0 { StandardOutput.line("erased    \(statistics.erased)") }
        if statistics.unreadable > 0 { StandardOutput.line("unreadable \(statistics.unreadable)") }
        var kinds = Table([.init("KIND"), .init("ENTRIES", isNumber: true)])
        for kind in EntryKind.allCases { if let count = statistics.entries[kind] { kinds.add([kind.name, String(count)]) } }
        StandardOutput.line("")
        kinds.print(orNothing: "no entries")
        var sources = Table([.init("SOURCE"), .init("RECEIPTS", isNumber: true), .init("BODIES", isNumber: true)])
        for (source, count) in statistics.receipts.sorted(by: { $0.key < $1.key }) {
            sources.add([source, String(count), ByteSize.text(Int64(statistics.bodyBytes[source] ?? 0))])
        }
        StandardOutput.line("")
        sources.print(orNothing: "no receipts")
    }

    private static func json(_ statistics: JournalStatistics) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("tag", statistics.tag)
        writer.member("first", String(statistics.firstNumber))
        writer.member("last", String(statistics.lastNumber))
        if let time = statistics.firstTime { writer.member("first_time", time.rfc3339) }
        if let time = statistics.lastTime { writer.member("last_time", time.rfc3339) }
        writer.member("segments", statistics.segments)
        writer.member("batches", statistics.batches)
        writer.member("file_bytes", statistics.fileBytes)
        writer.member("erased", statistics.erased)
        writer.member("unreadable", statistics.unreadable)
        writer.key("entries")
        writer.beginObject()
        for kind in EntryKind.allCases { if let count = statistics.entries[kind] { writer.member(kind.name, count) } }
        writer.endObject()
        writer.key("sources")
        writer.beginObject()
        for (source, count) in statistics.receipts.sorted(by: { $0.key < $1.key }) {
            writer.key(source)
            writer.beginObject()
            writer.member("receipts", count)
            writer.member("body_bytes", statistics.bodyBytes[source] ?? 0)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
