import FindingModel
import JSONDocument
import State

/// What every list understands: `limit`, `after`, `sort`, `since`, `until`, `format`.
struct ListQuery {
    private static let limitMax = 1000

    private let request: OperatorRequest

    init(_ request: OperatorRequest) { self.request = request }

    /// Where to go on; what a page before gave as `next`.
    var after: String? { request["after"] }

    func limit() throws(OperatorError) -> Int {
        guard let text = request["limit"] else { return 100 }
        guard let limit = Int(text), (1...Self.limitMax).contains(limit) else {
            throw OperatorError(.badRequest, "limit is a number from 1 to \(Self.limitMax), not '\(text)'")
        }
        return limit
    }

    /// One of `orders`, the first when it is left out.
    func order(_ orders: [String]) throws(OperatorError) -> String {
        guard let word = request["sort"] else { return orders.first ?? "" }
        guard orders.contains(word) else { throw OperatorError(unknown: "order", word, known: orders) }
        return word
    }

    /// A time of the wall clock, or a receipt's number.
    func bound(_ name: String) throws(OperatorError) -> ReceiptBound? {
        guard let text = request[name] else { return nil }
        guard let bound = ReceiptBound(text) else {
            throw OperatorError(.badRequest, "\(name) is a time such as 2026-03-02T10:00:00.000Z or a receipt's number, not '\(text)'")
        }
        return bound
    }

    /// A word to look for.
    func word(_ name: String) throws(OperatorError) -> String? {
        guard let text = request[name] else { return nil }
        guard !text.isEmpty else { throw OperatorError(.badRequest, "\(name) is empty") }
        return text
    }

    /// Whether one item a line is wanted instead of one object.
    func isLines() throws(OperatorError) -> Bool {
        guard let word = request["format"] else { return false }
        guard ["json", "ndjson"].contains(word) else { throw OperatorError(unknown: "format", word, known: ["json", "ndjson"]) }
        return word == "ndjson"
    }
}

/// One page of a list, on its way out.
struct ListPage {
    /// The member of the answer that holds the items.
    let name: String
    /// Each is one JSON value.
    let items: [[UInt8]]
    let next: String?
    var cut = 0

    /// As lines; or as one object, to which `more` adds members of its own.
    func response(isLines: Bool, _ more: (inout JSONWriter) -> Void = { _ in }) -> OperatorResponse {
        var writer = JSONWriter(capacity: items.reduce(256) { $0 + $1.count + 1 })
        if isLines {
            for item in items {
                writer.raw(item)
                writer.newline()
            }
        } else {
            writer.beginObject()
            writer.key(name)
            writer.beginArray()
            for item in items { writer.raw(item) }
            writer.endArray()
            more(&writer)
            if cut > 0 { writer.member("cut", cut) }
            writer.member("next", next)
            writer.endObject()
        }
        var response = OperatorResponse(body: writer.bytes)
        response.isLines = isLines
        response.next = next
        response.cut = cut
        return response
    }
}
