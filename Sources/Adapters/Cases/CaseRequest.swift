import FindingModel
import YAMLDocument

/// What a case's `.request.yaml` says about the request and the source that it goes to.
package struct CaseRequest: Equatable, Sendable {
    /// What the source is configured with; what `headers` and `path` leave out is made with it.
    package var secret: String
    /// The gateway's clock.
    package var time: Timestamp
    /// Sent as they are, in place of the ones that the vendor would sign.
    package var headers: [HeaderField]?
    /// What follows `/in/<source>/`, as it is, in place of the secret; empty for nothing.
    package var path: String?
    /// The source's `timezone`.
    package var timezone: String?
    /// The source's `account`.
    package var account: String?

    private static let keys = ["secret", "time", "headers", "path", "timezone", "account"]

    package static func parse(_ yaml: String, file: String) -> Result<CaseRequest, IssueList> {
        var issues = IssueCollector(file: file)
        guard let root = YAMLDocument.parse(yaml, issues: &issues), let request = read(root, issues: &issues), !issues.hasErrors else {
            return .failure(issues.list)
        }
        return .success(request)
    }

    private static func read(_ root: YAMLNode, issues: inout IssueCollector) -> CaseRequest? {
        guard let members = root.members else {
            issues.error(root, "a request must be a mapping, not \(root.kindName)")
            return nil
        }
        for (key, _) in members where !keys.contains(key.scalar ?? "") { issues.unknownKey(key, known: keys) }
        let secret = word("secret", in: root, issues: &issues)
        if secret == nil, root["secret"] == nil { issues.error(root, "'secret' is missing") }
        let time = root["time"].flatMap { node -> Timestamp? in
            let reading = node.scalar.flatMap { TimeReader.read($0, unit: nil, zone: .utc, dateOnlyIsEndOfDay: false) }
            if reading == nil { issues.error(node, "'time' must be a moment such as 2026-03-02T10:00:00Z") }
            return reading?.time
        }
        if root["time"] == nil { issues.error(root, "'time' is missing: the gateway's clock") }
        let headers = root["headers"].map { readHeaders($0, issues: &issues) }
        let path = word("path", in: root, issues: &issues)
        let timezone = word("timezone", in: root, issues: &issues)
        if let timezone, TimeZoneRules(identifier: timezone) == nil, let node = root["timezone"] {
            issues.error(node, "there is no time zone '\(timezone)'")
        }
        let account = word("account", in: root, issues: &issues)
        guard let secret, let time else { return nil }
        return CaseRequest(secret: secret, time: time, headers: headers, path: path, timezone: timezone, account: account)
    }

    private static func word(_ key: String, in root: YAMLNode, issues: inout IssueCollector) -> String? {
        guard let node = root[key] else { return nil }
        if let text = node.scalar { return text }
        issues.error(node, "'\(key)' must be a word, not \(node.kindName)")
        return nil
    }

    private static func readHeaders(_ node: YAMLNode, issues: inout IssueCollector) -> [HeaderField] {
        guard let members = node.members else {
            issues.error(node, "'headers' must be a mapping of names to values")
            return []
        }
        return members.compactMap { key, value in
            guard let name = key.scalar, let text = value.scalar else {
                issues.error(value, "a header's value must be a word, not \(value.kindName)")
                return nil
            }
            return HeaderField(name: name, value: text)
        }
    }
}
