import State

/// What an answer says beside its body, as headers; a command reads them back.
package enum ListHeaders {
    private static let link = "link", cut = "weir-cut", rebuilding = "weir-rebuilding", unreadable = "weir-unreadable", after = "after="

    /// The headers of `response` to a request for `target`, a path with its query.
    static func fields(of response: OperatorResponse, target: String) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let next = response.next { fields.append((link, "<\(behind(target, next))>; rel=\"next\"")) }
        if response.cut > 0 { fields.append((cut, String(response.cut))) }
        if let progress = response.rebuilding { fields.append((rebuilding, progress.text)) }
        if let entries = response.unreadable { fields.append((unreadable, entries.text)) }
        return fields
    }

    /// The media type of the body.
    static func contentType(of response: OperatorResponse) -> String { response.isLines ? "application/x-ndjson" : "application/json" }

    /// The answer whose headers `value` knows by their names in lower case.
    package static func response(status: Int, body: [UInt8], header: (String) -> String?) -> OperatorResponse {
        var response = OperatorResponse(status: status, body: body)
        response.isLines = header("content-type") == "application/x-ndjson"
        response.next = header(link).flatMap(next)
        response.cut = header(cut).flatMap { Int($0) } ?? 0
        response.rebuilding = header(rebuilding).flatMap { Rebuilding($0) }
        response.unreadable = header(unreadable).flatMap { UnreadableEntries($0) }
        return response
    }

    /// `target` with another `after`, which comes last; keys of lists are letters, digits, `-`, `_` and `:`.
    private static func behind(_ target: String, _ next: String) -> String {
        let parts = target.split(separator: "?", maxSplits: 1)
        let fields = parts.count == 2 ? parts[1].split(separator: "&").filter { !$0.hasPrefix(after) } : []
        return String(parts.first ?? "/") + "?" + (fields.map(String.init) + [after + next]).joined(separator: "&")
    }

    private static func next(_ link: String) -> String? {
        guard let end = link.split(separator: ">").first, let field = end.split(separator: "&").last else { return nil }
        guard let value = field.split(separator: "?").last, value.hasPrefix(after) else { return nil }
        return String(value.dropFirst(after.count))
    }
}
