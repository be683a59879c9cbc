import YAMLDocument

extension ManifestCompiler {
    /// What is read of every event, whatever its kind.
    mutating func eventExpressions(_ node: YAMLNode?) -> (key: ExpressionID?, kind: ExpressionID?, time: ExpressionID?) {
        isInEvent = true
        defer { isInEvent = false }
        guard let form = node.flatMap({ form($0, "'event'", keys: ["key", "kind", "time"]) }) else { return (nil, nil, nil) }
        let keyIsNone = form["key"].map { $0.scalar == "none" && !$0.isQuoted } ?? true
        let key = keyIsNone ? nil : expression(form["key"], FieldShape(name: "key", kind: .text, isKey: true, isOfEvent: true))
        let kind = expression(form["kind"], FieldShape(name: "kind", kind: .text, isOfEvent: true))
        let time = expression(form["time"], FieldShape(name: "time", kind: .time, isOfEvent: true))
        return (key, kind, time)
    }

    /// Whether an expression reads a header of the request.
    func readsHeader(_ id: ExpressionID) -> Bool {
        switch tables.expressions[id] {
        case .header: true
        case .slot, .constant, .onlyKey, .memberName: false
        case .alternatives(let list), .all(let list), .join(let list, _), .hash(let list): tables.lists[list.range].contains { readsHeader($0) }
        case .map(let from, let map): readsHeader(from) || tables.maps[map].otherwise.map { readsHeader($0) } ?? false
        case .pattern(let from, _), .split(let from, _), .form(let from, _), .time(let from, _), .duration(let from, _), .conditional(_, let from):
            readsHeader(from)
        }
    }

    /// Paths into the document that stand for no field: `json`, `known` and `drop` of the whole adapter.
    mutating func documentPaths(_ node: YAMLNode?, _ what: String) -> [Path] {
        hasItem = false
        let found = paths(node, what)
        if let node, found.contains(where: { $0.steps.isEmpty }) {
            issues.error(node, "'\(what)' cannot name the whole document")
            return found.filter { !$0.steps.isEmpty }
        }
        return found
    }
}
