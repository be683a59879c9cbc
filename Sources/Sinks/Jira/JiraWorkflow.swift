import JSONDocument

/// Where an issue stands and where it can go
/// (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/, "Get issue" with `expand=transitions`).
struct JiraWorkflow: Hashable {
    struct Transition: Hashable {
        let id: String
        let name: String
        let target: String
        /// `new`, `indeterminate` or `done`.
        let category: String
    }

    enum Step: Hashable {
        /// Nothing is to be done.
        case already
        case transition(id: String)
        /// No transition leads there from the issue's status.
        case none
    }

    let status: String
    /// As in `Transition`.
    let category: String
    let transitions: [Transition]

    /// Nothing when the answer is no issue.
    init?(_ issue: JSONValue) {
        guard let status = issue["fields"]?["status"], let name = status["name"]?.stringValue else { return nil }
        self.status = name
        category = status["statusCategory"]?["key"]?.stringValue ?? ""
        transitions = (issue["transitions"]?.arrayValue ?? []).compactMap { transition in
            guard let id = transition["id"]?.stringValue, let name = transition["name"]?.stringValue else { return nil }
            let target = transition["to"]
            return Transition(id: id, name: name, target: target?["name"]?.stringValue ?? "", category: target?["statusCategory"]?["key"]?.stringValue ?? "")
        }
    }

    /// The way to `name`, a transition or the status it leads to.
    ///
    /// An issue that is done in another way is left as people put it.
    func step(to name: String) -> Step {
        if Self.same(status, name) { return .already }
        if let transition = transitions.first(where: { Self.same($0.name, name) }) ?? transitions.first(where: { Self.same($0.target, name) }) {
            return .transition(id: transition.id)
        }
        return category == "done" ? .already : .none
    }

    /// The way back to a status that is not done: by `preferred`, else the first that leads to the beginning, else any.
    func stepOpen(preferred: String?) -> Step {
        guard category == "done" else { return .already }
        if let preferred {
            let transition = transitions.first { Self.same($0.name, preferred) } ?? transitions.first { Self.same($0.target, preferred) }
            return transition.map { .transition(id: $0.id) } ?? .none
        }
        let open = transitions.filter { $0.category != "done" }
        return (open.first { $0.category == "new" } ?? open.first).map { .transition(id: $0.id) } ?? .none
    }

    /// For people: `Done, Back to work`.
    var names: String { transitions.isEmpty ? "none" : transitions.map { AnswerText.line(Array($0.name.utf8), limit: 60) }.joined(separator: ", ") }

    private static func same(_ left: String, _ right: String) -> Bool { left.lowercased() == right.lowercased() }
}
