import Digests
import FindingModel
import JSONDocument
import Testing

/// Reads parsed events for the ways back; a member that is missing or of another kind is the test's failure.
struct EventReader {
    let value: JSONValue

    subscript(_ path: String...) -> JSONValue? { path.reduce(Optional(value)) { $0?[$1] } }

    func text(_ path: String...) -> String? { path.reduce(Optional(value)) { $0?[$1] }?.stringValue }

    func texts(_ path: String...) -> [String] { (path.reduce(Optional(value)) { $0?[$1] }?.arrayValue ?? []).compactMap(\.stringValue) }

    func integer(_ path: String...) -> Int64? { path.reduce(Optional(value)) { $0?[$1] }?.integerValue }

    func epoch(_ path: String...) -> Timestamp? { path.reduce(Optional(value)) { $0?[$1] }?.integerValue.map { Timestamp(milliseconds: $0) } }

    func time(_ path: String...) -> Timestamp? { path.reduce(Optional(value)) { $0?[$1] }?.stringValue.flatMap { Timestamp(rfc3339: $0.utf8) } }

    func items(_ path: String...) -> [EventReader] { (path.reduce(Optional(value)) { $0?[$1] }?.arrayValue ?? []).map { EventReader(value: $0) } }

    func json(_ path: String...) -> RawJSON? { path.reduce(Optional(value)) { $0?[$1] }.map { RawJSON(bytes: $0.bytes) } }

    static func raw(receipt: String?, sha256: String?, size: Int64?) -> RawReference? {
        guard let receipt = receipt.flatMap({ UInt64($0) }), let bytes = sha256.flatMap({ Hex.decode(Array($0.utf8)) }), let digest = SHA256Digest(bytes),
            let size = size.flatMap({ Int(exactly: $0) })
        else { return nil }
        return RawReference(receipt: receipt, sha256: digest, size: size)
    }
}

// Parts in the canonical form, which formats carry where they have no place of their own.
extension EventReader {
    var resource: Resource {
        var resource = Resource()
        resource.uid = text("uid")
        resource.type = text("type")
        resource.name = text("name")
        resource.hostname = text("hostname")
        resource.ip = text("ip")
        resource.port = integer("port").flatMap { Int(exactly: $0) }
        resource.protocolName = text("protocol")
        resource.url = text("url")
        resource.path = text("path")
        resource.method = text("method")
        resource.parameter = text("parameter")
        resource.labels = texts("labels")
        return resource
    }

    var evidence: Evidence { Evidence(type: text("type"), summary: text("summary"), request: text("request"), response: text("response")) }

    var ticket: Ticket {
        Ticket(
            system: text("system"), uid: text("uid"), status: text("status"), srcURL: text("src_url"), assignee: text("assignee"), dueTime: time("due_time"))
    }

    var vulnerability: Vulnerability {
        Vulnerability(
            id: text("id") ?? "", type: text("type").flatMap { Vulnerability.Kind(rawValue: $0) } ?? .vendor, cvss: items("cvss").map(\.cvss),
            references: texts("references"))
    }

    /// The score may be a number or, where an index would choke on it, text.
    var cvss: CVSS {
        let score: String? = if case .number(let digits)? = value["base_score"] { digits } else { text("base_score") }
        return CVSS(version: text("version"), baseScore: score, vectorString: text("vector_string"))
    }

    var findingUIDs: Scan.FindingUIDs { Scan.FindingUIDs(new: texts("new"), open: texts("open"), closed: texts("closed")) }

    var totals: Scan.Totals {
        var totals = Scan.Totals()
        totals.critical = integer("critical")
        totals.high = integer("high")
        totals.medium = integer("medium")
        totals.low = integer("low")
        totals.info = integer("info")
        totals.total = integer("total")
        totals.new = integer("new")
        totals.fixed = integer("fixed")
        return totals
    }

    var fingerprints: Fingerprints { Fingerprints(instance: text("instance/v1") ?? "", cross1: text("cross/v1"), cross2: text("cross/v2")) }

    var rule: Rule { Rule(uid: text("uid"), name: text("name"), category: text("category")) }
}
