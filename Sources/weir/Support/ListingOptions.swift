import ArgumentParser
import Console
import FindingModel
import Gateway
import JSONDocument
import State

/// What the listing commands share: how much, of which time, from where on, in which order.
struct ListingOptions: ParsableArguments {
    /// Rows of a table when nobody says how many.
    private static let tableLimit = 100

    @Flag(help: "Print canonical JSON, one object a line.")
    var json = false

    @Option(parsing: .unconditional, help: ArgumentHelp("How many at most; tables show 100 when it is left out, --json everything.", valueName: "number"))
    var limit: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only what was last received at or after this: \(MomentText.forms), 7d for seven days ago, or a receipt's number.", valueName: "time"))
    var since: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only what was last received before this, or with or before this receipt.", valueName: "time"))
    var until: String?

    @Option(
        help: ArgumentHelp(
            "Only what holds this text, in letters of either case: any text of a finding or scan; of an event its kind and its key.", valueName: "text"))
    var text: String?

    @Option(
        help: ArgumentHelp(
            "Go on after this one: what the command before said, which holds its order; in the orders new and old also any uid or receipt.", valueName: "place")
    )
    var after: String?

    @Option(
        help: ArgumentHelp(
            "new (first what became known last), old; of findings and scans also seen (first what was seen last, the order of their tables); of findings severity.",
            valueName: "order"))
    var sort: String?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is a number from 1 on") }
        for (name, text) in [("since", since), ("until", until)] {
            guard let text, Moment.ago(text) == nil else { continue }
            let hint = UnitHint.duration(text)?.words { Moment.ago($0) != nil }.map { " (\($0))" } ?? ""
            throw ValidationError(
                "--\(name) '\(text)' is neither a time such as \(MomentText.forms), nor a duration such as 12h or 7d, nor a receipt's number\(hint)"
            )
        }
        let now = SystemClock.now()
        if let since, let first = Moment.ago(since, before: now), let until, let last = Moment.ago(until, before: now) {
            try Moment.check(.init("--since", since, first), .init("--until", until, last))
        }
    }

    /// Refuses words, places and values that cannot be meant, whatever there is to list.
    func check(_ path: [String], filters: [(name: String, value: String)], tableOrder: String? = nil) throws {
        try RequestCheck.run(path, query: query(filters + shared, tableOrder, after: after, limit: 1))
    }

    /// Asks for page after page; prints the items as JSON, or gives each to `row`.
    ///
    /// - Parameter tableOrder: The order of a table when nobody says which. Lines of JSON stay in the order in which things became known, which
    ///   nothing leaves while the pages are read.
    /// - Returns: where the list goes on.
    func walk(
        _ client: OperatorClient, _ path: [String], member: String, filters: [(name: String, value: String)], tableOrder: String? = nil,
        row: (JSONValue) -> Void
    ) async throws(CommandFailure) -> End {
        // Asked for once: a stretch that begins a week ago begins there for every page.
        let wanted = filters + shared
        var end = End(next: after)
        var printing = Printing()
        repeat {
            let remaining = (limit ?? (json ? Int.max : Self.tableLimit)) - end.count
            let page: OperatorResponse
            do throws(CommandFailure) {
                page = try await client.page(path, query: query(wanted, tableOrder, after: end.next, limit: min(remaining, 1000)))
            } catch {
                await printing.end()
                throw error
            }
            if json {
                await printing.begin(page.body)
                end.count += page.body.count { $0 == UInt8(ascii: "\n") }
            } else {
                let items = try OperatorClient.json(page)[member]?.arrayValue ?? []
                items.forEach(row)
                end.count += items.count
            }
            end.next = page.next
        } while end.next != nil && end.count < limit ?? (json ? Int.max : Self.tableLimit)
        await printing.end()
        return end
    }

    /// What is asked for a page.
    private func query(
        _ wanted: [(name: String, value: String)], _ tableOrder: String?, after: String?, limit: Int
    ) -> [(name: String, value: String)] {
        var query = wanted + [(name: "limit", value: String(limit))]
        if json {
            query.append((name: "format", value: "ndjson"))
        } else if let tableOrder, sort == nil, after.flatMap({ ListPlace($0) })?.order == nil {
            query.append((name: "sort", value: tableOrder))
        }
        if let after { query.append((name: "after", value: after)) }
        return query
    }

    /// Prints one page of JSON while the next is asked for.
    private struct Printing {
        private var page: Task<Void, Never>?

        /// Waits until the page before is printed.
        mutating func begin(_ body: [UInt8]) async {
            await end()
            page = Task { StandardOutput.write(PrintableJSON.escaped(body)) }
        }

        func end() async { await page?.value }
    }

    /// Where a command ended that shows a list.
    struct End {
        /// What to give as `--after` for the items behind the last; nothing at the list's end.
        var next: String?
        /// How many items were shown.
        var count = 0

        /// Says on standard error that there is more, and how to go on.
        func report() {
            if let next { StandardError.line("\(count.of("row")) shown; --limit shows more, --after \(next) goes on") }
        }
    }

    /// Prints the table, unless the items were printed as JSON, and says on standard error what the list lacks.
    func finish(_ table: Table, nothing: String, _ end: End, _ client: OperatorClient) throws(CommandFailure) {
        if !json, !table.rows.isEmpty || client.rebuilding == nil { table.print(orNothing: nothing) }
        end.report()
        if client.cut > 0 { StandardError.line("texts over 16 KiB are cut in \(client.cut.of("row")); weir show has them whole") }
        try client.finish()
    }

    private var shared: [(name: String, value: String)] {
        let now = SystemClock.now()
        let times = [("since", since), ("until", until)].map { ($0.0, $0.1.flatMap { Moment.ago($0, before: now) }?.text) }
        return (times + [("text", text), ("sort", sort)]).compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}

/// Ends of stretches of receipts as options name them.
enum Moment {
    /// What `bound` reads.
    static let forms = "a time such as \(MomentText.forms), or a receipt's number"

    /// A moment, a day, which means its first moment, or a receipt's number.
    static func bound(_ text: String) -> ReceiptBound? { ReceiptBound(written: text) }

    /// One of these, or the moment that lies a duration before `now`.
    static func ago(_ text: String, before now: Timestamp = SystemClock.now()) -> ReceiptBound? {
        bound(text) ?? DurationText.milliseconds(text).map { .wall(now.advanced(byMilliseconds: -$0)) }
    }

    /// Throws when nothing can lie between two ends as they were given.
    static func check(_ first: StretchEnds.End, _ last: StretchEnds.End, isInclusive: Bool = false) throws {
        if let problem = StretchEnds(first, last, isInclusive: isInclusive).problem { throw ValidationError(problem.message, hint: problem.hint) }
    }
}
