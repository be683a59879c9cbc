import ArgumentParser
import Journal

/// `weir journal export`: the receipts, one JSON object a line.
struct JournalExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Prints the receipts, one JSON object a line: receipt, time, source, headers, body.")

    @Option(parsing: .unconditional, help: ArgumentHelp("The first entry.", valueName: "number"))
    var from: UInt64 = 1

    @Flag(help: "The gateway's own entries too.")
    var all = false

    @Flag(help: "Changes nothing: JSON is what it prints.")
    var json = false

    @OptionGroup var place: JournalPlace

    func run() throws {
        let files = try place.shownFiles()
        let newest: UInt64
        do throws(JournalError) { newest = try files.head()?.number ?? 0 } catch { throw CommandFailure(error.message) }
        if from > newest, from > 1 { throw CommandFailure("there is no entry \(from) yet: the newest is \(newest)") }
        let skipped: [ClosedRange<UInt64>]
        do {
            skipped = try files.export(from: from, all: all) { StandardOutput.write(PrintableJSON.escaped($0)) }
        } catch let error as JournalError {
            throw CommandFailure(error.message)
        }
        guard let first = skipped.first else { return }
        throw CommandFailure("entries that cannot be read were left out, the first is \(first.lowerBound)", hint: "weir journal verify")
    }
}
