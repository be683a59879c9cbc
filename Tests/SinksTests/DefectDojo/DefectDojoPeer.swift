import JSONDocument
import Synchronization

/// A DefectDojo with one test: matches by `unique_id_from_tool`, closes what comes mitigated and opens what comes active again, and, unless
/// told otherwise, closes what a report leaves out (DefectDojo 3.2, dojo/importers/default_reimporter.py, dojo/tools/generic/json_parser.py).
final class DefectDojoPeer: Sendable {
    struct Import: Sendable {
        var fields: [String: String] = [:]
        var fileName = ""
        var findings: [JSONValue] = []
    }

    private struct State {
        var imports: [Import] = []
        /// By `unique_id_from_tool`: whether it is active.
        var findings: [String: Bool] = [:]
        /// In the order in which they were made.
        var order: [String] = []
        var plan: FaultPlan?
        var faults: [ScriptedPeer.Reply] = []
        var isFailing = false
        var failures = 0
        /// Findings over which the importer falls.
        var poison: Set<String> = []
        /// Whether it falls over every one.
        var isBroken = false
    }

    private static func answer(_ request: ScriptedPeer.Request, _ state: inout State, _ plan: FaultPlan) -> ScriptedPeer.Reply {
        let ids = read(request)?.findings.compactMap { $0["unique_id_from_tool"]?.stringValue } ?? []
        let changes = ids.map { "abcdefgh-\($0.dropFirst(2))-1" }
        let fault = plan.next(isSingle: ids.count == 1, ids: changes)
        if let fault, !fault.takes { return fault.reply }
        if plan.refusesSome, changes.contains(where: FaultPlan.refuses) {
            return fault?.reply ?? json(400, #"{"message":"\#(FaultPlan.words)"}"#)
        }
        let answer = answer(request, &state)
        return fault?.reply ?? answer
    }

    /// What the parser knows; it refuses the whole file for anything else.
    private static let allowed: Set<String> = [
        "title", "severity", "description", "date", "cwe", "cvssv3", "cvssv4", "mitigation", "steps_to_reproduce", "severity_justification", "references",
        "active", "verified", "false_p", "out_of_scope", "risk_accepted", "under_review", "is_mitigated", "mitigated", "param", "static_finding",
        "dynamic_finding", "unique_id_from_tool", "vuln_id_from_tool", "nb_occurences", "tags", "vulnerability_ids", "endpoints",
    ]

    private let peer: ScriptedPeer
    private let state: Shared

    private final class Shared: Sendable {
        let value = Mutex(State())
    }

    init() throws {
        let state = Shared()
        self.state = state
        peer = try ScriptedPeer { request, _ in
            state.value.withLock { state in
                if !state.faults.isEmpty { return state.faults.removeFirst() }
                if state.isFailing {
                    state.failures += 1
                    return [.answer(502), .rawThenReset(""), Self.json(200, "{}"), Self.json(429, "{}")][state.failures % 4]
                }
                guard let plan = state.plan else { return Self.answer(request, &state) }
                return Self.answer(request, &state, plan)
            }
        }
    }

    var port: UInt16 { peer.port }
    var requests: [ScriptedPeer.Request] { peer.requests }
    var imports: [Import] { state.value.withLock { $0.imports } }
    var findings: [String: Bool] { state.value.withLock { $0.findings } }

    /// The ids of the findings in the order in which they were made; each is there once.
    var order: [String] { state.value.withLock { $0.order } }

    /// Asks `plan` about each request from now on.
    func meet(_ plan: FaultPlan?) { state.value.withLock { $0.plan = plan } }

    /// The next requests get these answers.
    func fail(with replies: [ScriptedPeer.Reply]) { state.value.withLock { $0.faults += replies } }

    /// Every request fails from now on, or no longer.
    func fail(_ isFailing: Bool) { state.value.withLock { $0.isFailing = isFailing } }

    /// Has the importer fall over these findings from now on, or over every one.
    func fall(over poison: Set<String> = [], always isBroken: Bool = false) {
        state.value.withLock { state in
            state.poison = poison
            state.isBroken = isBroken
        }
    }

    private static func json(_ status: Int, _ text: String) -> ScriptedPeer.Reply {
        .answer(status, headers: ["Content-Type: application/json"], body: Array(text.utf8))
    }

    private static func answer(_ request: ScriptedPeer.Request, _ state: inout State) -> ScriptedPeer.Reply {
        guard request.target == "/api/v2/reimport-scan/", request.method == "POST" else { return json(404, #"{"detail":"Not found."}"#) }
        guard request.header("authorization") == "Token k3y" else { return json(401, #"{"detail":"Invalid token."}"#) }
        guard let form = read(request), form.fields["scan_type"] == "Generic Findings Import", form.fields["product_name"]?.isEmpty == false else {
            return json(400, #"{"scan_type":["\"x\" is not a valid choice."],"message":"{}"}"#)
        }
        for finding in form.findings {
            let names = Set(finding.objectValue?.map(\.name) ?? [])
            // An error inside the parser is an error of the server.
            guard names.isSubset(of: allowed), names.isSuperset(of: ["title", "severity", "description"]),
                ["Critical", "High", "Medium", "Low", "Info"].contains(finding["severity"]?.stringValue ?? "")
            else { return importerError }
        }
        let ids = form.findings.compactMap { $0["unique_id_from_tool"]?.stringValue }
        guard !state.isBroken, state.poison.isDisjoint(with: ids) else { return importerError }
        for finding in form.findings {
            guard let id = finding["unique_id_from_tool"]?.stringValue else { continue }
            if state.findings.updateValue(finding["active"]?.boolValue == true, forKey: id) == nil { state.order.append(id) }
        }
        if form.fields["close_old_findings"] != "false" {
            for id in state.findings.keys where !ids.contains(id) { state.findings[id] = false }
        }
        state.imports.append(form)
        return json(201, #"{"scan_type":"Generic Findings Import","test":5,"test_id":5,"statistics":{"after":{}}}"#)
    }

    /// What any error that nobody expected becomes (dojo/api_v2/exception_handler.py, dojo/product_announcements.py).
    private static let importerError = json(500, #"{"message":"Internal server error, check logs for details","pro":["Pro comes with support."]}"#)

    /// Reads a form as RFC 7578 says.
    static func read(_ request: ScriptedPeer.Request) -> Import? {
        let type = request.header("content-type") ?? ""
        guard let mark = type.range(of: "boundary=") else { return nil }
        var form = Import()
        for part in split(request.body, Array("--\(type[mark.upperBound...])".utf8)).dropFirst() where !part.starts(with: Array("--".utf8)) {
            guard let gap = part.firstIndex(ofBytes: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: part[..<gap], as: UTF8.self)
            let body = Array(part[(gap + 4)...].dropLast(2))
            let quoted = head.split(separator: "\"", omittingEmptySubsequences: false)
            guard quoted.count > 1 else { return nil }
            if quoted[1] == "file", quoted.count > 3 {
                form.fileName = String(quoted[3])
                form.findings = (try? JSONValue(parsing: body))?["findings"]?.arrayValue ?? []
            } else {
                form.fields[String(quoted[1])] = String(decoding: body, as: UTF8.self)
            }
        }
        return form
    }

    private static func split(_ bytes: [UInt8], _ separator: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = [], start = 0
        while let found = bytes.firstIndex(ofBytes: separator, from: start) {
            parts.append(Array(bytes[start..<found]))
            start = found + separator.count
        }
        return parts + [Array(bytes[start...])]
    }
}

extension String {
    /// The first place where `text` stands.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}
