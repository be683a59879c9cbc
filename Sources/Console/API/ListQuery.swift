import FindingModel
import JSONDocument
import State

/// What every list understands: `limit`, `after`, `sort`, `since`, `until`, `format`.
struct ListQuery {
    private static let limitMax = 1000

    private let request: OperatorRequest

    init(_ request: OperatorRequest) { self.request = request }

    /// Where to go on, in an order that the list has: what a page before gave as `next`, or an id alone.
    func place(_ what: String, order: String) throws(OperatorError) -> ListPlace? {
        guard let text = request["after"] else { return nil }
        let hint = "after is what the page before gave as next"
        guard let place = ListPlace(text) else { throw OperatorError(.badRequest, "after is no place in a list of \(what): '\(text)'", hint: hint) }
        guard place.order == nil || place.order == order else {
            throw OperatorError(.badRequest, "after is a place in a list in order '\(place.order ?? "")', not '\(order)': '\(text)'", hint: hint)
        }
        return place
    }

    func limit() throws(OperatorError) -> Int {
        guard let text = request["limit"] else { return 100 }
        guard let limit = Int(text), (1...Self.limitMax).contains(limit) else {
            throw OperatorError(.badRequest, "limit is a number from 1 to \(Self.limitMax), not '\(text)'")
        }
        return limit
    }

    /// One of `orders`: that of the place to go on from, or else the first, when it is left out.
    func order(_ orders: [String]) throws(OperatorError) -> String {
        guard let word = request["sort"] else {
            guard let text = request["after"], let place = ListPlace(text), let told = place.order, orders.contains(told) else { return orders.first ?? "" }
            return told
        }
        guard orders.contains(word) else { throw OperatorError(unknown: "order", word, known: orders) }
        return word
    }

    /// A time of the wall clock, or a receipt's number.
    func bound(_ name: String) throws(OperatorError) -> ReceiptBound? {
        guard let text = request[name] else { return nil }
        guard let bound = ReceiptBound(written: text) else {
            // In a query `+` is a blank, so that an offset is easily lost.
            let hint = ReceiptBound(written: text.replacing(" ", with: "+")) == nil ? nil : "in a query a + is written %2B"
            throw OperatorError(.badRequest, "\(name) is a time such as \(MomentText.forms), or a receipt's number, not '\(text)'", hint: hint)
        }
        return bound
    }

    /// `since` and `until`, between which something can lie.
    func stretch() throws(OperatorError) -> (since: ReceiptBound?, until: ReceiptBound?) {
        let since = try bound("since"), until = try bound("until")
        if let since, let until {
            try StretchEnds(.init("since", request["since"] ?? "", since), .init("until", request["until"] ?? "", until)).check()
        }
        return (since, until)
    }

    /// A word to look for.
    func word(_ name: String) throws(OperatorError) -> String? {
        guard let text = request[name] else { return nil }
        guard !text.isEmpty else { throw OperatorError(.badRequest, "\(name) is empty") }
        return text
    }

    /// A vulnerability's id.
    func vulnerability() throws(OperatorError) -> String? {
        guard let text = try word("cve") else { return nil }
        if RecordWords.isVulnerability(text) { return text }
        let hint = RecordWords.vulnerability(meantBy: text).map { "did you mean '\($0)'?" } ?? "text looks for other words"
        throw OperatorError(.badRequest, "cve is an id such as CVE-2024-38476, CWE-79 or GHSA-jfh8-c2jp-5v3q, not '\(text)'", hint: hint)
    }

    /// A host; of a URL its host.
    func host() throws(OperatorError) -> String? { try word("host").map { RecordWords.host(of: $0) } }

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
    let next: ListPlace?
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
            writer.member("next", next?.text)
            writer.endObject()
        }
        var response = OperatorResponse(body: writer.bytes)
        response.isLines = isLines
        response.next = next?.text
        response.cut = cut
        return response
    }
}
