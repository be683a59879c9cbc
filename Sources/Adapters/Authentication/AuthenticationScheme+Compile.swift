import YAMLDocument

extension AuthenticationScheme {
    private static let words = ["bearer", "basic", "secret-url"]
    private static let forms = ["hmac", "header"]

    /// The scheme that an `authenticate` node describes; nothing, and errors in `issues`, when it describes none.
    package static func compile(_ node: YAMLNode, issues: inout IssueCollector) -> AuthenticationScheme? {
        if let word = node.scalar { return scheme(word: word, at: node, issues: &issues) }
        guard let members = node.members, let member = members.first, members.count == 1 else {
            issues.error(node, "authenticate must be one of bearer, basic, secret-url, { header: X-Token } and { hmac: … }")
            return nil
        }
        switch member.key.scalar {
        case "hmac":
            return SignatureCompiler.compile(member.value, issues: &issues).map { .hmac($0) }
        case "header":
            return SignatureCompiler.headerName(member.value, issues: &issues).map { .header($0) }
        case let word? where words.contains(word):
            issues.error(member.key, "\(word) takes no settings", hint: "authenticate: \(word)")
            return nil
        default:
            issues.unknownKey(member.key, known: forms)
            return nil
        }
    }

    private static func scheme(word: String, at node: YAMLNode, issues: inout IssueCollector) -> AuthenticationScheme? {
        switch word {
        case "bearer": return .bearer
        case "basic": return .basic
        case "secret-url": return .secretURL
        case "hmac", "header":
            issues.error(node, "\(word) needs its settings", hint: word == "header" ? "authenticate: { header: X-Token }" : nil)
        case "none":
            issues.error(node, "every source is authenticated: there is no 'none'", hint: "use secret-url where the vendor can only be given a URL")
        default:
            issues.unknownWord(node, what: "way to authenticate", known: words + forms)
        }
        return nil
    }
}
