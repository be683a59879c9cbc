import Digests

/// How records get ids that stay the same for life, at every gateway that receives the same account.
package enum RecordIdentity {
    /// SHA-256 over the length-prefixed parts vendor (the adapter's name), account and the vendor's key.
    ///
    /// Its 64 hex digits are a finding's `instance/v1`; the first 32 follow the kind's letter in a `uid`.
    package static func digest(vendor: String, account: String, key: String) -> SHA256Digest {
        var hash = SHA256Hash()
        hash.update(part: vendor)
        hash.update(part: account)
        hash.update(part: key)
        return hash.finish()
    }

    /// `f_`, `s_` or `n_` and 32 hex digits.
    package static func uid(_ kind: RecordKind, digest: SHA256Digest) -> String {
        digest.withUnsafeBytes { Hex.encode(UnsafeRawBufferPointer(rebasing: $0.prefix(16)), prefix: kind.prefix) }
    }

    /// The key that a tuple of `parts` stands for: 64 hex digits over the length-prefixed parts.
    package static func key(tuple parts: [String]) -> String {
        var hash = SHA256Hash()
        for part in parts { hash.update(part: part) }
        return hash.finish().hex
    }

    /// `cross/v1`: one flaw on one host, whichever scanner saw it; nothing without a host, or without anything that names the flaw.
    ///
    /// The flaw is the sorted set of its CVEs, or else of its CWEs and the path, or else the rule and the path.
    package static func cross1(resource: Resource, vulnerabilities: [Vulnerability], rule: Rule?) -> String? {
        guard let host = normalised(host: resource.hostname) ?? normalised(host: resource.ip),
            let flaw = flaw(vulnerabilities, rule: rule, path: normalised(path: resource.path))
        else { return nil }
        return key(tuple: [host] + flaw)
    }

    /// `cross/v2`: one flaw at one place, whichever scanner saw it and however it wrote the place; nothing without either.
    package static func cross2(resources: [Resource], vulnerabilities: [Vulnerability], rule: Rule?) -> String? {
        guard let (place, resource) = CrossPlace.first(of: resources) else { return nil }
        let path = place.isHost ? normalised(path: resource.path) : "/"
        guard let flaw = flaw(vulnerabilities, rule: rule, path: path, takesGHSA: !place.isHost) else { return nil }
        return key(tuple: [place.kind.rawValue, place.name] + flaw)
    }

    private static func flaw(_ vulnerabilities: [Vulnerability], rule: Rule?, path: String, takesGHSA: Bool = false) -> [String]? {
        func ids(_ type: Vulnerability.Kind) -> [String] {
            let ids = vulnerabilities.filter { $0.type == type && !$0.id.isEmpty }.map { mapped($0.id, \.asciiUppercased) }
            return ids.count < 2 ? ids : Set(ids).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        if case let cves = ids(.cve), !cves.isEmpty { return ["cve"] + cves }
        if takesGHSA, case let advisories = ids(.ghsa), !advisories.isEmpty { return ["ghsa"] + advisories }
        if case let cwes = ids(.cwe), !cwes.isEmpty { return ["cwe", path] + cwes }
        if let rule = [rule?.uid, rule?.name].compactMap({ $0 }).first(where: { !$0.isEmpty }) { return ["rule", path, rule] }
        return nil
    }

    /// A host in ASCII lower case without trailing dots; nothing when none is left.
    static func normalised(host: String?) -> String? {
        guard let host else { return nil }
        let lower = mapped(host, \.asciiLowercased).utf8
        let name = lower.prefix(lower.count - lower.reversed().prefix { $0 == UInt8(ascii: ".") }.count)
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    /// `text` with each byte as `map` has it; `text` itself where that changes nothing.
    static func mapped(_ text: String, _ map: (UInt8) -> UInt8) -> String {
        text.utf8.allSatisfy { map($0) == $0 } ? text : String(decoding: text.utf8.map(map), as: UTF8.self)
    }

    /// A path without query, fragment and trailing slashes; the root for none.
    private static func normalised(path: String?) -> String {
        guard let path else { return "/" }
        var bytes = Array(path.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// The byte, an ASCII capital made small.
    ///
    /// Unicode's mappings change with its versions, identities must not.
    var asciiLowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self + 32 : self }

    /// The byte, an ASCII small letter made capital.
    fileprivate var asciiUppercased: UInt8 { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) ? self - 32 : self }
}
