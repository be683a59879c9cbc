import Delivery
import FindingModel
import JSONDocument

@testable import Sinks

/// A Jira Cloud site with one project, SEC, as https://developer.atlassian.com/cloud/jira/platform/rest/v3/ describes it.
///
/// Its search knows a new issue only after `searchLag` of the clock that it is given
/// (https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/).
final class JiraPeer: Sendable {
    struct Issue: Sendable {
        var key: String
        var fields: JSONValue
        var status = "To Do"
        var comments: [JSONValue] = []
        var created: Timestamp

        var labels: [String] { (fields["labels"]?.arrayValue ?? []).compactMap(\.stringValue) }
    }

    struct State: PeerState {
        /// By id.
        var issues: [String: Issue] = [:]
        var next = 10_001
        var clock: any DeliveryClock = FixedClock()
        var plan: FaultPlan?
        var searchLag: Int64 = 0
        /// Fields that have become mandatory.
        var mandatory: [String] = []
        var hasPriority = true
        var faults: [(method: String, reply: ScriptedPeer.Reply, acts: Bool)] = []
        var token = "Basic Ym90QGFjbWUuY29tOnQwazNu"
    }

    private let peer: StatePeer<State>

    init() throws { peer = try StatePeer(State()) }

    var port: UInt16 { peer.port }
    var requests: [ScriptedPeer.Request] { peer.requests }
    var issues: [Issue] { peer.change { $0.issues.values.sorted { $0.key < $1.key } } }

    func change<R: Sendable>(_ body: (inout State) -> R) -> R { peer.change(body) }

    static func json(_ status: Int, _ text: String) -> ScriptedPeer.Reply {
        .answer(status, headers: ["Content-Type: application/json"], body: Array(text.utf8))
    }

    private static let noIssue = json(404, #"{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}"#)

    fileprivate static func answer(_ request: ScriptedPeer.Request, _ state: inout State) -> ScriptedPeer.Reply {
        guard request.header("authorization") == state.token else {
            return .answer(401, body: Array("Client must be authenticated to access this resource.".utf8))
        }
        let parts = request.target.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/").map(String.init)
        guard path.starts(with: ["rest", "api", "3"]) else { return .answer(404) }
        let body = request.body.isEmpty ? JSONValue.null : (try? JSONValue(parsing: request.body)) ?? .null
        switch (request.method, path.dropFirst(3).first, path.count) {
        case ("POST", "search", 5): return search(body, state)
        case ("POST", "issue", 4): return create(body, &state)
        case (_, "issue", 5...): return issue(request.method, path[4], path.count > 5 ? path[5] : "", body, &state)
        default: return .answer(405)
        }
    }

    private static func search(_ body: JSONValue, _ state: State) -> ScriptedPeer.Reply {
        let jql = body["jql"]?.stringValue ?? ""
        let quoted = jql.split(separator: "\"", omittingEmptySubsequences: false)
        guard quoted.count == 5, quoted[0] == "project = ", quoted[2] == " AND labels = " else {
            return json(400, #"{"errorMessages":["Error in the JQL Query"],"warningMessages":[]}"#)
        }
        guard quoted[1] == "SEC" else { return json(400, #"{"errorMessages":["The value 'X' does not exist for the field 'project'."]}"#) }
        let hits = state.issues.filter { issue in
            issue.value.labels.contains(String(quoted[3])) && issue.value.created.milliseconds + state.searchLag <= state.clock.now.milliseconds
        }
        let issues = hits.sorted { $0.key < $1.key }.map { id, issue in
            JSONValue.members([
                ("id", .string(id)), ("key", .string(issue.key)), ("fields", .members([("labels", .array(issue.labels.map { .string($0) }))])),
            ])
        }
        return .answer(200, body: JSONValue.members([("issues", .array(issues)), ("isLast", .bool(true))]).bytes)
    }

    private static func create(_ body: JSONValue, _ state: inout State) -> ScriptedPeer.Reply {
        guard let fields = body["fields"] else { return json(400, #"{"errorMessages":["no fields"],"errors":{}}"#) }
        if let refusal = refusal(fields, state, isNew: true) { return refusal }
        let id = String(state.next)
        state.next += 1
        state.issues[id] = Issue(key: "SEC-\(id)", fields: fields, created: state.clock.now)
        return json(201, #"{"id":"\#(id)","key":"SEC-\#(id)","self":"https://acme.atlassian.net/rest/api/3/issue/\#(id)"}"#)
    }

    private static func refusal(_ fields: JSONValue, _ state: State, isNew: Bool) -> ScriptedPeer.Reply? {
        var errors: [(name: String, value: JSONValue?)] = []
        if isNew, fields["project"]?["key"]?.stringValue != "SEC" { errors.append(("project", .string("valid project is required"))) }
        for name in state.mandatory where isNew && fields[name] == nil { errors.append((name, .string("Team is required."))) }
        if !state.hasPriority, fields["priority"] != nil {
            errors.append(("priority", .string("Field 'priority' cannot be set. It is not on the appropriate screen, or unknown.")))
        }
        if let summary = fields["summary"]?.stringValue, summary.utf16.count > 255 || summary.contains("\n") {
            errors.append(("summary", .string("The summary is invalid because it contains newline characters.")))
        }
        if fields["description"]?["type"]?.stringValue == "doc", !ADFReader.isDocument(fields["description"]) {
            errors.append(("description", .string("INVALID_INPUT")))
        }
        if fields["customfield_7"]?.stringValue == "refused" { errors.append(("customfield_7", .string("Specify a valid value"))) }
        if (fields["labels"]?.arrayValue ?? []).contains(where: { ($0.stringValue ?? " ").contains(" ") }) {
            errors.append(("labels", .string("The label contains spaces which is invalid.")))
        }
        guard !errors.isEmpty else { return nil }
        return .answer(400, body: JSONValue.members([("errorMessages", .array([])), ("errors", .members(errors))]).bytes)
    }

    private static func issue(_ method: String, _ id: String, _ part: String, _ body: JSONValue, _ state: inout State) -> ScriptedPeer.Reply {
        guard var issue = state.issues[id] else { return noIssue }
        defer { state.issues[id] = issue }
        switch (method, part) {
        case ("GET", ""): return .answer(200, body: view(id, issue).bytes)
        case ("PUT", ""):
            guard let fields = body["fields"] else { return .answer(400) }
            if let refusal = refusal(fields, state, isNew: false) { return refusal }
            var members = issue.fields.objectValue ?? []
            for member in fields.objectValue ?? [] {
                members.removeAll { $0.name == member.name }
                members.append(member)
            }
            issue.fields = .object(members)
            return .answer(204)
        case ("GET", "comment"): return .answer(200, body: JSONValue.members([("comments", .array(issue.comments.reversed()))]).bytes)
        case ("POST", "comment"):
            guard ADFReader.isDocument(body["body"]) else { return json(400, #"{"errorMessages":[],"errors":{"comment":"INVALID_INPUT"}}"#) }
            issue.comments.append(body["body"] ?? .null)
            return json(201, #"{"id":"1"}"#)
        case ("POST", "transitions"):
            let id = body["transition"]?["id"]?.stringValue
            if body["fields"]?["resolution"]?["name"]?.stringValue == "Nirvana" {
                return json(
                    400, #"{"errorMessages":[],"errors":{"resolution":"Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown."}}"#)
            }
            guard let target = transitions(issue.status).first(where: { $0.id == id })?.target else {
                return json(400, #"{"errorMessages":["Transition id is not valid for this issue."],"errors":{}}"#)
            }
            issue.status = target
            if let fields = body["fields"]?.objectValue { issue.fields = .object((issue.fields.objectValue ?? []) + fields) }
            return .answer(204)
        default: return .answer(405)
        }
    }

    private static func transitions(_ status: String) -> [(id: String, name: String, target: String)] {
        switch status {
        case "Done", "Won't do": [("31", "Back to work", "In Progress"), ("32", "Reopen", "To Do")]
        default: [("11", "Start", "In Progress"), ("21", "Resolve", "Done"), ("22", "Drop", "Won't do")]
        }
    }

    private static func category(_ status: String) -> String {
        switch status {
        case "Done", "Won't do": "done"
        case "To Do": "new"
        default: "indeterminate"
        }
    }

    private static func statusJSON(_ name: String) -> JSONValue {
        .members([("name", .string(name)), ("statusCategory", .members([("key", .string(category(name)))]))])
    }

    private static func view(_ id: String, _ issue: Issue) -> JSONValue {
        let transitions = transitions(issue.status).map { transition in
            JSONValue.members([("id", .string(transition.id)), ("name", .string(transition.name)), ("to", statusJSON(transition.target))])
        }
        return .members([
            ("id", .string(id)), ("key", .string(issue.key)), ("fields", .members([("status", statusJSON(issue.status))])),
            ("transitions", .array(transitions)),
        ])
    }
}

extension JiraPeer.State {
    mutating func answer(_ request: ScriptedPeer.Request) -> ScriptedPeer.Reply { JiraPeer.answer(request, &self) }

    func changes(in request: ScriptedPeer.Request) -> [String] {
        let path = request.target.split(separator: "?")[0].split(separator: "/")
        let old = path.count > 4 && path[3] == "issue" ? issues[String(path[4])]?.labels : nil
        let labels = old ?? (try? JSONValue(parsing: request.body))?["fields"]?["labels"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return labels.filter { $0.hasPrefix("weir-f_") }.map { "abcdefgh-\($0.dropFirst("weir-f_".count))-1" }
    }

    func refusal(of request: ScriptedPeer.Request) -> ScriptedPeer.Reply? {
        let isRefused = changes(in: request).contains(where: FaultPlan.refuses)
        return request.method == "POST" && isRefused ? JiraPeer.json(400, #"{"errorMessages":[],"errors":{"summary":"\#(FaultPlan.words)"}}"#) : nil
    }
}
