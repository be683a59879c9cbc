import Digests
import YAMLDocument

/// Reads the settings of `hmac`, reporting everything that is wrong with them.
enum SignatureCompiler {
    static func compile(_ node: YAMLNode, issues: inout IssueCollector) -> SignatureScheme? {
        let before = issues.found.count
        guard let settings = SignatureSettings(node, keys: ["algorithm", "signature", "message", "timestamp"], issues: &issues) else { return nil }
        let algorithm = settings.word("algorithm", of: HashAlgorithm.self, issues: &issues)
        let signature = settings.required("signature", issues: &issues).flatMap {
            SignatureSettings($0, keys: ["header", "prefix", "encoding"], issues: &issues)
        }
        let header = signature?.required("header", issues: &issues).flatMap { headerName($0, issues: &issues) }
        let encoding = signature?.word("encoding", of: SignatureScheme.Encoding.self, issues: &issues)
        let prefix = signature?.node["prefix"].flatMap { readPrefix($0, issues: &issues) } ?? ""
        let message = settings.required("message", issues: &issues).flatMap { readMessage($0, issues: &issues) }
        let signedHeaders = message.map { Self.headerNames(in: $0.before + $0.after) } ?? []
        let time = settings.node["timestamp"].flatMap { readTime($0, signedHeaders: message == nil ? nil : signedHeaders, issues: &issues) }
        if let header, let duplicate = signedHeaders.first(where: { $0.lowercased() == header.lowercased() }) {
            issues.error(settings.node, "the signature cannot cover its own header '\(duplicate)'")
        }
        guard issues.found[before...].allSatisfy({ $0.severity == .warning }), let algorithm, let header, let encoding, let message else { return nil }
        return SignatureScheme(
            algorithm: algorithm, header: header, prefix: prefix, encoding: encoding, beforeBody: message.before, afterBody: message.after, time: time)
    }

    /// A header's name (RFC 9110 section 5.1).
    static func headerName(_ node: YAMLNode, issues: inout IssueCollector) -> String? {
        guard let name = node.scalar else {
            issues.error(node, "the name of a header must be a word, not \(node.kindName)")
            return nil
        }
        let allowed = name.utf8.allSatisfy { $0.isLetter || $0.isDigit || "!#$%&'*+-.^_`|~".utf8.contains($0) }
        guard allowed, (1...128).contains(name.utf8.count) else {
            issues.error(node, "'\(name)' cannot be the name of a header")
            return nil
        }
        return name
    }

    private static func headerNames(in parts: [SignatureScheme.Part]) -> [String] {
        parts.compactMap { if case .header(let name) = $0 { name } else { nil } }
    }

    private static func readPrefix(_ node: YAMLNode, issues: inout IssueCollector) -> String? {
        guard let text = node.scalar, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            issues.error(node, "a prefix must be text of visible ASCII characters")
            return nil
        }
        return text
    }

    private static func readMessage(_ node: YAMLNode, issues: inout IssueCollector) -> (before: [SignatureScheme.Part], after: [SignatureScheme.Part])? {
        guard let items = node.items else {
            issues.error(node, "message must be a list such as [ { header: X-Timestamp }, \".\", body ]")
            return nil
        }
        var parts: [[SignatureScheme.Part]] = [[]]
        var isSound = true
        for item in items {
            if item.scalar == "body", !item.isQuoted {
                parts.append([])
            } else if let text = item.scalar, item.isQuoted, !text.isEmpty {
                parts[parts.count - 1].append(.literal(Array(text.utf8)))
            } else if item.members != nil {
                let name = SignatureSettings(item, keys: ["header"], issues: &issues)?.required("header", issues: &issues).flatMap {
                    headerName($0, issues: &issues)
                }
                if let name { parts[parts.count - 1].append(.header(name)) } else { isSound = false }
            } else {
                issues.error(
                    item, "a part of the message is { header: … }, text in quotes, or body", hint: item.scalar.map { $0.isEmpty ? "leave it out" : "\"\($0)\"" }
                )
                isSound = false
            }
        }
        guard parts.count == 2 else {
            issues.error(node, parts.count < 2 ? "the message must contain the body" : "the message contains the body more than once")
            return nil
        }
        return isSound ? (parts[0], parts[1]) : nil
    }

    private static func readTime(_ node: YAMLNode, signedHeaders: [String]?, issues: inout IssueCollector) -> SignatureScheme.SignedTime? {
        guard let settings = SignatureSettings(node, keys: ["header", "unit", "tolerance"], issues: &issues) else { return nil }
        let headerNode = settings.required("header", issues: &issues)
        let header = headerNode.flatMap { headerName($0, issues: &issues) }
        let unit = settings.word("unit", of: TimeUnit.self, issues: &issues)
        let toleranceNode = settings.required("tolerance", issues: &issues)
        let tolerance = toleranceNode?.scalar.flatMap { Tolerance($0) }
        if let toleranceNode, tolerance == nil { issues.error(toleranceNode, "a tolerance is a time such as 90s, 5m, 13h or 2d, or none") }
        guard let headerNode, let header, let unit, let tolerance else { return nil }
        if let signedHeaders, !signedHeaders.contains(where: { $0.lowercased() == header.lowercased() }) {
            issues.error(headerNode, "the time in '\(header)' proves nothing unless the message contains that header")
            return nil
        }
        return SignatureScheme.SignedTime(header: header, unit: unit, tolerance: tolerance)
    }
}
