import Adapters
import JSONDocument

/// What must stand in a record to be shown; letters of ASCII are compared without their case.
package struct RecordWords: Sendable, Equatable {
    /// A resource's host name, address or name, or the host of its URL; a scan's target.
    package var host: String?
    /// A vulnerability's id, such as `CVE-2024-38476`.
    package var vulnerability: String?
    /// Part of any text of the record.
    package var text: String?

    package init() {}

    /// The host that a person means who names it by a URL; a name that holds a blank is one.
    package static func host(of text: String) -> String {
        guard !text.utf8.contains(0x20), let host = text.hostOfURL, !host.isEmpty else { return text }
        return host
    }

    /// Whether a vulnerability can have the id: one of a public registry in its form, or a vendor's, which has a digit in it.
    package static func isVulnerability(_ text: String) -> Bool {
        guard ["cve", "cwe", "ghsa"].contains(where: { text.foldedASCII.hasPrefix($0) }) else {
            let isPlain = text.utf8.contains { $0 &- 0x30 < 10 } && !text.utf8.contains { $0 <= 0x20 }
            return isPlain && IdentifierReader.read("CVE-\(text)").isEmpty
        }
        return IdentifierReader.read(text).map(\.id.foldedASCII) == [text.foldedASCII]
    }

    /// The id that was probably meant by what can be none: with something around it, or without its registry.
    package static func vulnerability(meantBy text: String) -> String? {
        (IdentifierReader.read(text).first ?? IdentifierReader.read("CVE-\(text)").first)?.id
    }

    package var isEmpty: Bool { host == nil && vulnerability == nil && text == nil }

    /// Whether the record, as canonical JSON, has all of them.
    func match(_ json: [UInt8]) -> Bool {
        let words = [host, vulnerability, text].compactMap { $0 }
        // Reading the JSON costs far more than a look at its bytes, and few records are meant.
        guard !words.isEmpty, words.allSatisfy({ FoldedBytes($0).isIn(json) }) else { return words.isEmpty }
        guard let record = try? JSONValue(parsing: json) else { return false }
        return hasHost(record) && hasVulnerability(record) && hasText(record)
    }

    private func hasHost(_ record: JSONValue) -> Bool {
        guard let host else { return true }
        let wanted = host.foldedASCII
        let targets = record["scope"]?["targets"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if targets.contains(where: { $0.foldedASCII == wanted || $0.hostOfURL == wanted }) { return true }
        return (record["resources"]?.arrayValue ?? []).contains { resource in
            ["hostname", "ip", "name"].contains { resource[$0]?.stringValue?.foldedASCII == wanted } || resource["url"]?.stringValue?.hostOfURL == wanted
        }
    }

    private func hasVulnerability(_ record: JSONValue) -> Bool {
        guard let wanted = vulnerability?.foldedASCII else { return true }
        return (record["vulnerabilities"]?.arrayValue ?? []).contains { $0["id"]?.stringValue?.foldedASCII == wanted }
    }

    private func hasText(_ record: JSONValue) -> Bool {
        guard let text else { return true }
        return FoldedBytes(raw: text).isInText(of: record)
    }
}

/// A word to look for, without the case of ASCII letters.
private struct FoldedBytes {
    private let bytes: [UInt8]

    /// The word as it stands in canonical JSON.
    init(_ word: String) {
        bytes = JSONValue.string(word).bytes.dropFirst().dropLast().map(\.foldedASCII)
    }

    /// The word itself.
    init(raw word: String) { bytes = word.utf8.map(\.foldedASCII) }

    func isIn(_ other: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        guard other.count >= bytes.count else { return false }
        for start in 0...(other.count - bytes.count) where other[start].foldedASCII == first {
            if bytes.indices.allSatisfy({ other[start + $0].foldedASCII == bytes[$0] }) { return true }
        }
        return false
    }

    func isInText(of value: JSONValue) -> Bool {
        switch value {
        case .string(let text): isIn(Array(text.utf8))
        case .array(let items): items.contains { isInText(of: $0) }
        case .object(let members): members.contains { isInText(of: $0.value) }
        default: false
        }
    }
}

extension UInt8 {
    fileprivate var foldedASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}

extension String {
    fileprivate var foldedASCII: String { String(decoding: utf8.map(\.foldedASCII), as: UTF8.self) }

    /// The host of an absolute URL (RFC 3986 section 3.2), folded; nothing where there is none.
    fileprivate var hostOfURL: String? {
        let bytes = Array(utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: Array("://".utf8)) else { return nil }
        var authority = bytes[(colon + 3)...].prefix { ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        if let sign = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(sign + 1)...] }
        if authority.first == UInt8(ascii: "[") { return String(decoding: authority.dropFirst().prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self).foldedASCII }
        return String(decoding: authority.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).foldedASCII
    }
}
