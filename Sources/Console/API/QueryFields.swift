/// The fields that the query of each path may have.
///
/// One that is not known is never passed over, as what it was meant to leave out would be shown then; nor is one that stands twice or says nothing.
enum QueryFields {
    private static let list = ["limit", "after", "sort", "format"]
    private static let records = list + ["source", "host", "text", "since", "until"]

    /// The fields of a path below `/v1`; nothing when there is no such path.
    private static func known(_ method: OperatorRequest.Method, _ path: [String]) -> [String] {
        guard method == .get else { return [] }
        switch (path.first, path.count) {
        case ("findings", 1): return records + ["status", "min-severity", "cve"]
        case ("scans", 1): return records + ["status"]
        case ("events", 1): return records + ["outcome", "kind", "cve"]
        case ("records", 3) where path[2] == "history": return list
        case ("dead", 1): return ["limit", "after", "sink", "id", "state"]
        default: return []
        }
    }

    /// Those that may stand several times.
    private static let repeated: Set<String> = ["status", "id"]

    static func check(_ request: OperatorRequest) throws(OperatorError) {
        let known = known(request.method, Array(request.path.dropFirst()))
        var seen: Set<String> = []
        for (name, value) in request.query {
            guard known.contains(name) else {
                if known.isEmpty { throw OperatorError(.badRequest, "this path takes no query, and so no field '\(name)'") }
                throw OperatorError(unknown: "field of the query", name, known: known.sorted())
            }
            guard seen.insert(name).inserted || repeated.contains(name) else { throw OperatorError(.badRequest, "\(name) stands twice in the query") }
            guard !value.isEmpty else { throw OperatorError(.badRequest, "\(name) is empty") }
        }
    }
}

extension OperatorAPI {
    /// Refuses a request for a list that cannot be meant so, whatever there is to list: what a path does not know, words of closed sets, places, ends.
    package static func check(_ request: OperatorRequest) throws(OperatorError) {
        try QueryFields.check(request)
        _ = try ListQuery(request).isLines()
        switch (request.path.dropFirst().first, request.path.count) {
        case ("findings", 2): _ = try RecordsView.findingFilter(request)
        case ("scans", 2): _ = try RecordsView.scanFilter(request)
        case ("events", 2): _ = try RecordsView.eventFilter(request)
        case ("dead", 2): _ = try DeadView.query(request)
        case ("records", 4): _ = try RecordView.historyFilter(request.path[2], request)
        default: break
        }
    }
}
