import FindingModel
import JSONDocument

/// What routes ask about a change's record.
package struct RouteFacts: Hashable, Sendable {
    /// The record's status word; notices have none.
    package var status: String?
    package var severity: Severity = .unknown
    /// The record's labels and its resources'.
    package var labels: [String] = []
    /// Every name of every resource: uid, name, hostname, address, URL; for a scan its targets.
    package var resources: [String] = []

    package init() {}

    /// Reads the record's canonical JSON; what is missing stays unknown.
    package init(_ data: RawJSON, parser: inout JSONParser) {
        guard let facts = try? parser.withTape(data.bytes, { RouteFacts(tape: $0) }) else { return }
        self = facts
    }

    private init(tape: JSONTape) {
        status = tape.member("status", of: 0).map { tape.string($0) }
        severity = tape.member("severity", of: 0).flatMap { Severity(word: tape.string($0)) } ?? .unknown
        addStrings(of: tape.member("labels", of: 0), in: tape, to: \.labels)
        if let resources = tape.member("resources", of: 0) {
            forEachChild(of: resources, in: tape) { add(resource: $0, in: tape) }
        }
        if let resource = tape.member("resource", of: 0) { add(resource: resource, in: tape) }
        if let scope = tape.member("scope", of: 0) { addStrings(of: tape.member("targets", of: scope), in: tape, to: \.resources) }
    }

    private mutating func add(resource: Int, in tape: JSONTape) {
        for name: StaticString in ["uid", "name", "hostname", "ip", "url"] {
            if let value = tape.member(name, of: resource) { resources.append(tape.string(value)) }
        }
        addStrings(of: tape.member("labels", of: resource), in: tape, to: \.labels)
    }

    private mutating func addStrings(of list: Int?, in tape: JSONTape, to field: WritableKeyPath<RouteFacts, [String]>) {
        guard let list else { return }
        forEachChild(of: list, in: tape) { self[keyPath: field].append(tape.string($0)) }
    }

    private mutating func forEachChild(of node: Int, in tape: JSONTape, _ body: (Int) -> Void) {
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            body(child)
            child = tape.next(child)
        }
    }
}
