import ArgumentParser
import JSONDocument

/// `--json` and `--limit`, which the listing commands share.
struct ListingOptions: ParsableArguments {
    @Flag(help: "Print canonical JSON, one object a line.")
    var json = false

    @Option(help: ArgumentHelp("How many at most; tables show 100 when it is left out, --json everything.", valueName: "number"))
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    /// Asks for page after page; prints each item as JSON, or gives it to `row`.
    func walk(
        _ client: OperatorClient, _ path: [String], member: String, filters: [(name: String, value: String)], row: (JSONValue) -> Void
    ) async throws(CommandFailure) {
        var remaining = limit ?? (json ? Int.max : 100)
        var after: String?
        while remaining > 0 {
            var query = filters + [(name: "limit", value: String(min(remaining, 500)))]
            if let after { query.append((name: "after", value: after)) }
            let page = try await client.get(path, query: query)
            let items = page[member]?.arrayValue ?? []
            for item in items.prefix(remaining) {
                if json { StandardOutput.write(item.bytes + [UInt8(ascii: "\n")]) } else { row(item) }
            }
            remaining -= min(items.count, remaining)
            guard let next = page["next"]?.stringValue, !items.isEmpty else { return }
            after = next
        }
    }

    /// Prints the table, unless the items were printed as JSON.
    func finish(_ table: Table, nothing: String) {
        guard !json else { return }
        table.print(orNothing: nothing)
        if limit == nil, table.rows.count == 100 { StandardError.line("the first 100; --limit shows more") }
    }
}
