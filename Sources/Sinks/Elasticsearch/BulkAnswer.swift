import CurlTransport
import Delivery
import JSONDocument

/// What a `_bulk` request became: a 200 says only that it was read, each document has a status of its own
/// (https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk,
/// https://docs.opensearch.org/latest/api-reference/document-apis/bulk).
struct BulkAnswer {
    let response: OutboundResponse
    /// Seconds since 1970.
    let now: Int64

    /// Parts of an answer that are asked for; with them a thousand documents' answers are some ten KiB.
    static let filter = "filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason"

    func outcome(count: Int) -> DeliveryOutcome {
        guard response.isSuccess else { return HTTPOutcome.of(response, words: words, now: now) }
        if response.isCut { return .split(DeliveryFailure("the answer is longer than is read", status: response.status, mayHaveArrived: true)) }
        guard let items = (try? JSONValue(parsing: response.body))?["items"]?.arrayValue, items.count == count else {
            return .retry(
                DeliveryFailure(
                    "answered \(response.status) without a word about each document: \(AnswerText.line(response.body))", status: response.status,
                    mayHaveArrived: true))
        }
        // Every item is `{"create":{"status":…,"error":{…}}}`.
        let results = items.map { BulkItem($0.objectValue?.first?.value ?? .null) }
        if let pause = results.first(where: \.needsAPerson) { return .pause(pause.failure(mayHaveArrived: true)) }
        let outcomes = results.map(\.outcome)
        let isDelivered = outcomes.allSatisfy { $0 == .delivered }
        return isDelivered ? .delivered(status: response.status, id: nil) : .items(outcomes, status: response.status, id: nil)
    }

    /// The cluster's own words about a refused request.
    private var words: String? {
        guard !response.isCut, let error = (try? JSONValue(parsing: response.body))?["error"] else { return nil }
        return error.stringValue ?? BulkItem(.object([JSONMember(name: "error", value: error)])).words
    }
}

/// What one document became.
struct BulkItem {
    private let status: Int
    private let type: String
    private let reason: String

    init(_ value: JSONValue) {
        status = value["status"]?.integerValue.flatMap { Int(exactly: $0) } ?? 0
        type = value["error"]?["type"]?.stringValue ?? ""
        reason = value["error"]?["reason"]?.stringValue ?? ""
    }

    var words: String? { type.isEmpty && reason.isEmpty ? nil : "\(type): \(reason)" }

    /// Whether no document can get in: no right to write, no such index and none made, a name that nothing can have.
    var needsAPerson: Bool {
        switch status {
        case 401, 404: true
        // A full disk blocks an index with 403 in older versions; that passes.
        case 403: type != "cluster_block_exception"
        default: false
        }
    }

    var outcome: ItemOutcome {
        switch status {
        case 200...299: .delivered
        // The document is there: this id was delivered before.
        case 409 where type.isEmpty || type == "version_conflict_engine_exception": .delivered
        case 400, 402, 405...407, 409...428, 430...499: .reject(failure(mayHaveArrived: false))
        default: .retry(failure(mayHaveArrived: false))
        }
    }

    func failure(mayHaveArrived: Bool) -> DeliveryFailure {
        let said = AnswerText.line(Array((words ?? "").utf8), limit: 1000)
        return DeliveryFailure(said.isEmpty ? "answered \(status)" : "answered \(status): \(said)", status: status, mayHaveArrived: mayHaveArrived)
    }
}
