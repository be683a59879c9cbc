import Digests

/// What names a flaw whichever scanner saw it, worked out once for all fingerprints that scanners share.
///
/// The sorted set of its CVEs, or else (where it is not on a host) of its GHSAs, or else of its CWEs and the path, or else the rule and the path.
struct CrossFlaw {
    private let cves: [String]
    private let advisories: [String]
    private let cwes: [String]
    private let rule: String?

    init(_ vulnerabilities: [Vulnerability], rule: Rule?) {
        cves = Self.ids(.cve, of: vulnerabilities)
        advisories = cves.isEmpty ? Self.ids(.ghsa, of: vulnerabilities) : []
        cwes = cves.isEmpty ? Self.ids(.cwe, of: vulnerabilities) : []
        self.rule = if let uid = rule?.uid, !uid.isEmpty { uid } else if let name = rule?.name, !name.isEmpty { name } else { nil }
    }

    /// Adds what names the flaw to a fingerprint; whether there is anything.
    ///
    /// - Parameter path: Where on its host the flaw is, asked for only where that counts.
    func add(to hash: inout SHA256Hash, path: @autoclosure () -> String, takesGHSA: Bool = false) -> Bool {
        if !cves.isEmpty {
            hash.update(part: "cve")
            for id in cves { hash.update(part: id) }
        } else if takesGHSA, !advisories.isEmpty {
            hash.update(part: "ghsa")
            for id in advisories { hash.update(part: id) }
        } else if !cwes.isEmpty {
            hash.update(part: "cwe")
            hash.update(part: path())
            for id in cwes { hash.update(part: id) }
        } else if let rule {
            hash.update(part: "rule")
            hash.update(part: path())
            hash.update(part: rule)
        } else {
            return false
        }
        return true
    }

    private static func ids(_ type: Vulnerability.Kind, of vulnerabilities: [Vulnerability]) -> [String] {
        var ids: [String] = []
        for vulnerability in vulnerabilities where vulnerability.type == type && !vulnerability.id.isEmpty {
            ids.append(RecordIdentity.uppercased(vulnerability.id))
        }
        return ids.count < 2 ? ids : Set(ids).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
