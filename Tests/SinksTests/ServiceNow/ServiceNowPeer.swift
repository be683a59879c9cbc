import JSONDocument

@testable import Sinks

/// A ServiceNow instance with the table `incident`, as its Table API says
/// (https://www.servicenow.com/docs/bundle/yokohama-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html).
final class ServiceNowPeer: Sendable {
    struct State: PeerState {
        /// By sys_id; the columns as texts.
        var records: [String: [String: String]] = [:]
        var order: [String] = []
        /// What a data policy wants (https://www.servicenow.com/community/developer-forum/error-of-missing-mandatory-fields-in-rest/td-p/1993136).
        var mandatory: [String] = []
        /// Columns that the user may not write: they are left out in silence.
        var unwritable: Set<String> = []
        /// Whether the table has `correlation_id`; a query by a column that is not there is one for everything.
        var hasCorrelation = true
        var journal: [(id: String, text: String)] = []
        var plan: FaultPlan?
        var faults: [(method: String, reply: ScriptedPeer.Reply, acts: Bool)] = []
    }

    private let peer: StatePeer<State>

    init() throws { peer = try StatePeer(State()) }

    var port: UInt16 { peer.port }
    var requests: [ScriptedPeer.Request] { peer.requests }
    var records: [[String: String]] { peer.change { state in state.order.compactMap { state.records[$0] } } }
    var journal: [String] { peer.change { $0.journal.map(\.text) } }

    func change<R: Sendable>(_ body: (inout State) -> R) -> R { peer.change(body) }

    static func error(_ status: Int, _ message: String, _ detail: String) -> ScriptedPeer.Reply {
        let body = JSONValue.members([
            ("error", .members([("message", .string(message)), ("detail", .string(detail))])), ("status", .string("failure")),
        ])
        return .answer(status, headers: ["Content-Type: application/json;charset=UTF-8"], body: body.bytes)
    }

    fileprivate static func answer(_ request: ScriptedPeer.Request, _ state: inout State) -> ScriptedPeer.Reply {
        // bot:s3cret
        guard request.header("authorization") == "Basic Ym90OnMzY3JldA==" else {
            return error(401, "User Not Authenticated", "Required to provide Auth information")
        }
        let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        let path = parts[0].split(separator: "/").map(String.init)
        guard path.count >= 4, path[0...2] == ["api", "now", "table"] else { return error(400, "Requested URI does not represent any resource", parts[0]) }
        guard path[3] == "incident" else { return error(400, "Invalid table \(path[3])", "") }
        let columns = (try? JSONValue(parsing: request.body))?.objectValue ?? []
        var values: [String: String] = [:]
        for column in columns { values[column.name] = column.value.stringValue }
        switch (request.method, path.count) {
        case ("GET", 4): return query(parts.count > 1 ? parts[1] : "", state)
        case ("POST", 4): return create(values, &state)
        case ("GET", 5), ("PATCH", 5):
            guard var record = state.records[path[4]] else {
                return error(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
            }
            if request.method == "PATCH" {
                write(values, to: &record, &state)
                state.records[path[4]] = record
            }
            return result(view(record), 200)
        case ("DELETE", 5):
            state.order.removeAll { $0 == path[4] }
            return state.records.removeValue(forKey: path[4]) == nil ? error(404, "No Record found", "") : .answer(204)
        default: return error(405, "Method not supported", "")
        }
    }

    private static func query(_ text: String, _ state: State) -> ScriptedPeer.Reply {
        let mark = text.split(separator: "&").first { $0.hasPrefix("sysparm_query=") }.flatMap { parameter -> String? in
            let query = parameter.dropFirst("sysparm_query=".count)
            // `=` and `^` come percent-encoded.
            guard query.hasPrefix("correlation_id%3D") else { return nil }
            let rest = String(query.dropFirst("correlation_id%3D".count))
            return rest.hasSuffix("%5EORDERBYsys_created_on") ? String(rest.dropLast("%5EORDERBYsys_created_on".count)) : nil
        }
        guard let mark else { return error(400, "Invalid query", text) }
        let hits = state.order.compactMap { state.records[$0] }.filter { !state.hasCorrelation || $0["correlation_id"] == mark }
        return result(.array(hits.prefix(1).map { view($0, hasCorrelation: state.hasCorrelation) }), 200)
    }

    private static func create(_ values: [String: String], _ state: inout State) -> ScriptedPeer.Reply {
        for name in state.mandatory where values[name] == nil {
            return error(403, "Operation Failed", "Data Policy Exception: The following fields are mandatory: \(name)")
        }
        if values["short_description"] == "aborted" {
            return error(403, "Operation Failed", "Operation against file 'incident' was aborted by Business Rule 'No thanks^1'")
        }
        let number = state.order.count + 1
        let id = "9d385017c611228701d22104" + String(10_000_000 + number)
        var record = ["sys_id": id, "number": "INC\(String(10_010_000 + number).dropFirst())", "state": "1", "active": "true"]
        write(values, to: &record, &state)
        state.records[id] = record
        state.order.append(id)
        return result(view(record, hasCorrelation: state.hasCorrelation), 201)
    }

    private static func write(_ values: [String: String], to record: inout [String: String], _ state: inout State) {
        for (name, value) in values where !state.unwritable.contains(name) {
            if name == "work_notes" || name == "comments" {
                state.journal.append((record["sys_id"] ?? "", value))
            } else {
                // Longer texts are cut in silence.
                record[name] = String(String.UnicodeScalarView(value.unicodeScalars.prefix(name == "short_description" ? 160 : 4000)))
            }
        }
        record["active"] = ["7", "8"].contains(record["state"] ?? "") ? "false" : "true"
    }

    private static func view(_ record: [String: String], hasCorrelation: Bool = true) -> JSONValue {
        let names = ["sys_id", "number", "state", "active"] + (hasCorrelation ? ["correlation_id"] : [])
        return .members(names.map { ($0, .string(record[$0] ?? "")) })
    }

    private static func result(_ value: JSONValue, _ status: Int) -> ScriptedPeer.Reply {
        .answer(status, headers: ["Content-Type: application/json;charset=UTF-8"], body: JSONValue.members([("result", value)]).bytes)
    }
}

extension ServiceNowPeer.State {
    mutating func answer(_ request: ScriptedPeer.Request) -> ScriptedPeer.Reply { ServiceNowPeer.answer(request, &self) }

    func changes(in request: ScriptedPeer.Request) -> [String] {
        let path = request.target.split(separator: "?")[0].split(separator: "/")
        let old = path.count > 4 ? records[String(path[4])]?["correlation_id"] : nil
        guard let mark = old ?? (try? JSONValue(parsing: request.body))?["correlation_id"]?.stringValue else { return [] }
        return ["abcdefgh-\(mark.dropFirst("weir-f_".count))-1"]
    }

    func refusal(of request: ScriptedPeer.Request) -> ScriptedPeer.Reply? {
        guard request.method == "POST", changes(in: request).contains(where: FaultPlan.refuses) else { return nil }
        return ServiceNowPeer.error(403, "Operation Failed", "Operation was aborted by Business Rule: \(FaultPlan.words)")
    }
}
