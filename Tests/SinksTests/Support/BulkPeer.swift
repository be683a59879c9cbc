import JSONDocument
import Synchronization

/// An Elasticsearch cluster's `_bulk` as its documents describe it: two lines a document, a status for each, 409 for an id that is there
/// (https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk).
final class BulkPeer: Sendable {
    private struct State {
        var isFailing = false
        var failures = 0
        /// Words with which every document is refused.
        var refusal: String?
        var plan: FaultPlan?
        var ids: [String] = []
        var known: Set<String> = []
        var seen = 0
    }

    private let state = Mutex(State())

    var ids: [String] { state.withLock { $0.ids } }
    func fail(_ isFailing: Bool) { state.withLock { $0.isFailing = isFailing } }
    func meet(_ plan: FaultPlan?) { state.withLock { $0.plan = plan } }
    /// Refuses every document with these words from now on, or none.
    func refuse(_ words: String?) { state.withLock { $0.refusal = words } }

    func reply(to request: ScriptedPeer.Request) -> ScriptedPeer.Reply {
        guard request.method == "POST", request.target.hasPrefix("/logs-weir-default/_bulk?") else { return .answer(404) }
        guard request.header("authorization") == "ApiKey aWQ6a2V5" else { return Self.error(401, "security_exception", "missing authentication credentials") }
        guard request.header("content-type") == "application/x-ndjson", let body = decoded(request), body.last == 0x0a else {
            return Self.error(400, "illegal_argument_exception", "The bulk request must be terminated by a newline [\\\\n]")
        }
        let lines = body.split(separator: 0x0a).map { try? JSONValue(parsing: Array($0)) }
        let actions = stride(from: 0, to: lines.count, by: 2).map { lines[$0]?["create"]?["_id"]?.stringValue }
        let documents = stride(from: 1, to: lines.count, by: 2).map { lines[$0] }
        let ids = actions.compactMap { $0 }
        guard ids.count == actions.count, documents.count == ids.count else {
            return Self.error(400, "illegal_argument_exception", "Malformed action/metadata line")
        }
        return state.withLock { state in
            if state.isFailing {
                state.failures += 1
                return [.answer(503), .rawThenReset(""), Self.error(429, "es_rejected_execution_exception", "queue capacity")][state.failures % 3]
            }
            let fault = state.plan?.next(isSingle: ids.count == 1, ids: ids)
            if let fault, !fault.takes { return fault.reply }
            let items = zip(ids, documents).map { id, document in Self.create(id, document, &state) }
            if let fault { return fault.reply }
            let hasErrors = items.contains { $0.contains("error") }
            return .answer(200, body: Array("{\"errors\":\(hasErrors),\"items\":[\(items.joined(separator: ","))]}".utf8))
        }
    }

    private static func create(_ id: String, _ document: JSONValue?, _ state: inout State) -> String {
        func item(_ status: Int, _ type: String = "", _ reason: String = "") -> String {
            let error = type.isEmpty ? "" : ",\"error\":{\"type\":\"\(type)\",\"reason\":\"\(reason)\"}"
            return "{\"create\":{\"status\":\(status)\(error)}}"
        }
        guard document?["@timestamp"]?.stringValue != nil else {
            return item(400, "document_parsing_exception", "data stream timestamp field [@timestamp] is missing")
        }
        if let words = state.refusal { return item(400, "strict_dynamic_mapping_exception", words) }
        if state.plan?.refusesSome == true {
            if FaultPlan.refuses(id) { return item(400, "document_parsing_exception", FaultPlan.words) }
            state.seen += 1
            // Within one answer some shards take documents while others are too busy.
            if state.seen % 13 == 0 { return item(429, "es_rejected_execution_exception", "rejected execution of coordinating operation") }
        }
        guard state.known.insert(id).inserted else {
            return item(409, "version_conflict_engine_exception", "[\(id)]: version conflict, document already exists (current version [1])")
        }
        state.ids.append(id)
        return item(201)
    }

    static func error(_ status: Int, _ type: String, _ reason: String) -> ScriptedPeer.Reply {
        .answer(status, body: Array("{\"error\":{\"type\":\"\(type)\",\"reason\":\"\(reason)\"},\"status\":\(status)}".utf8))
    }
}
