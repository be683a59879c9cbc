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

    /// Whether `text` is of a uid's form, or the beginning of one.
    package static func isUID(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst(2)
        return RecordKind.allCases.contains { text.hasPrefix("\($0.letter)_") }
            && (1...32).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The key that a tuple of `parts` stands for: 64 hex digits over the length-prefixed parts.
    package static func key(tuple parts: [String]) -> String {
        var hash = SHA256Hash()
        for part in parts { hash.update(part: part) }
        return hash.finish().hex
    }

    /// `cross/v1`: one flaw on one host, whichever scanner saw it; nothing without a host, or without anything that names the flaw.
    package static func cross1(resource: Resource, vulnerabilities: [Vulnerability], rule: Rule?) -> String? {
        cross1(resource, hostname: resource.hostname, flaw: CrossFlaw(vulnerabilities, rule: rule))
    }

    /// The same with another name of the host.
    static func cross1(_ resource: Resource, hostname: String?, flaw: CrossFlaw) -> String? {
        guard let host = normalised(host: hostname) ?? normalised(host: resource.ip) else { return nil }
        var hash = SHA256Hash()
        hash.update(part: host)
        return flaw.add(to: &hash, path: normalised(path: resource.path)) ? hash.finish().hex : nil
    }

    /// `cross/v2`: one flaw at one place, whichever scanner saw it and however it wrote the place; nothing without either.
    package static func cross2(resources: [Resource], vulnerabilities: [Vulnerability], rule: Rule?) -> String? {
        cross2(resources, flaw: CrossFlaw(vulnerabilities, rule: rule))
    }

    static func cross2(_ resources: [Resource], flaw: CrossFlaw) -> String? {
        guard let (place, resource) = CrossPlace.first(of: resources) else { return nil }
        var hash = SHA256Hash()
        hash.update(part: place.kind.rawValue)
        hash.update(part: place.name)
        let path = place.isHost ? resource.path : nil
        return flaw.add(to: &hash, path: normalised(path: path), takesGHSA: !place.isHost) ? hash.finish().hex : nil
    }

    /// A host in ASCII lower case without trailing dots; nothing when none is left.
    static func normalised(host: String?) -> String? {
        guard let host else { return nil }
        let lower = lowercased(host)
        guard lower.utf8.last == UInt8(ascii: ".") else { return lower.isEmpty ? nil : lower }
        let name = lower.utf8.prefix(lower.utf8.count - lower.utf8.reversed().prefix { $0 == UInt8(ascii: ".") }.count)
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    /// `text` with ASCII capitals made small; `text` itself where there are none.
    ///
    /// Unicode's mappings change with its versions, identities must not.
    static func lowercased(_ text: String) -> String { mapped(text, UInt8(ascii: "A")...UInt8(ascii: "Z")) { $0 + 32 } }

    /// `text` with ASCII small letters made capitals; `text` itself where there are none.
    static func uppercased(_ text: String) -> String { mapped(text, UInt8(ascii: "a")...UInt8(ascii: "z")) { $0 - 32 } }

    @inline(__always)
    private static func mapped(_ text: String, _ letters: ClosedRange<UInt8>, _ map: (UInt8) -> UInt8) -> String {
        var text = text
        let changed = text.withUTF8 { utf8 -> String? in
            guard utf8.contains(where: { letters.contains($0) }) else { return nil }
            return String(decoding: utf8.map { letters.contains($0) ? map($0) : $0 }, as: UTF8.self)
        }
        return changed ?? text
    }

    /// A path without query, fragment and trailing slashes; the root for none.
    private static func normalised(path: String?) -> String {
        guard let path else { return "/" }
        var bytes = Array(path.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
    }
}
