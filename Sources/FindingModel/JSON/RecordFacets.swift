import JSONDocument

/// The few members of a record that routes ask for, read without making the record.
package struct RecordFacets: Equatable, Sendable {
    /// The status word; empty for a notice.
    package var status = ""
    /// Absent for scans and notices.
    package var severity: Severity?
    /// The record's labels, and those of its resources.
    package var labels: [String] = []
    /// Every name, host name, address, URL and vendor's id of the record's resources, in their order; a scan's targets.
    package var resources: [String] = []

    package init(parsing json: RawJSON) throws(RecordError) {
        var parser = JSONParser()
        try self.init(parsing: json, parser: &parser)
    }

    /// As `init(parsing:)`, with a parser that is used again; the call ends its last tape.
    package init(parsing json: RawJSON, parser: inout JSONParser) throws(RecordError) {
        self = try json.withTape(&parser) { tape throws(RecordError) in RecordFacets(tape: tape) }
    }

    /// The facets of the record that the node is.
    package init(tape: JSONTape, node: Int = 0) {
        guard tape.kind(node) == .object else { return }
        tape.forEachChild(node) { child in
            switch tape.key(child).count {
            case 6 where tape.keyEquals(child, "status"): status = tape.string(child)
            case 6 where tape.keyEquals(child, "labels"): labels += Self.strings(tape, child)
            case 8 where tape.keyEquals(child, "severity"): severity = Severity(word: tape.string(child))
            case 8 where tape.keyEquals(child, "resource"): add(resource: child, tape)
            case 9 where tape.keyEquals(child, "resources"): tape.forEachChild(child) { add(resource: $0, tape) }
            case 5 where tape.keyEquals(child, "scope"):
                if let targets = tape.member("targets", of: child) { resources += Self.strings(tape, targets) }
            default: break
            }
        }
    }

    private mutating func add(resource: Int, _ tape: JSONTape) {
        resources += Self.names(tape, resource)
        if let child = tape.member("labels", of: resource) { labels += Self.strings(tape, child) }
    }

    private static func strings(_ tape: JSONTape, _ array: Int) -> [String] {
        guard tape.kind(array) == .array else { return [] }
        var strings: [String] = []
        tape.forEachChild(array) { if tape.kind($0) == .string { strings.append(tape.string($0)) } }
        return strings
    }

    private static func names(_ tape: JSONTape, _ resource: Int) -> [String] {
        var names: [String] = []
        for name: StaticString in ["uid", "name", "hostname", "ip", "url"] {
            if let child = tape.member(name, of: resource), tape.kind(child) == .string { names.append(tape.string(child)) }
        }
        return names
    }
}
