import Adapters
import FindingModel
import JSONDocument

/// What must stand in a record to be shown; letters of ASCII are compared without their case.
package struct RecordWords: Sendable, Equatable {
    /// A resource's host name, address or name, or the host of its URL; a scan's target; hosts in whatever form.
    package var host: String? {
        didSet { comparableHost = host.map(PlaceName.comparable) }
    }
    /// In the form that hosts are compared in: made once, and not for each record.
    private var comparableHost: String?
    /// A vulnerability's id, such as `CVE-2024-38476`.
    package var vulnerability: String?
    /// Part of any text of the record.
    package var text: String?

    package init() {}

    /// The host that a person means who names it by a URL or with a port; a name that holds a blank is one.
    package static func host(of text: String) -> String {
        guard !text.utf8.contains(0x20), let host = PlaceName.host(of: text) else { return text }
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
        if isEmpty { return true }
        let wanted = comparableHost
        // Reading the JSON costs far more than a look at its bytes, and few records are meant.
        guard [vulnerability, text].allSatisfy({ word in word.map { FoldedBytes($0).isIn(json) } ?? true }),
            wanted.map({ Self.mayHave(host: $0, json) }) ?? true,
            let record = try? JSONValue(parsing: json)
        else { return false }
        return (wanted.map { Self.has(host: $0, record) } ?? true) && hasVulnerability(record) && hasText(record)
    }

    /// Whether the host can stand in the JSON: in its form, or, if it has others, in one of those.
    private static func mayHave(host: String, _ json: [UInt8]) -> Bool {
        if FoldedBytes(host).isIn(json) || host.utf8.contains(UInt8(ascii: ":")) { return true }
        return FoldedBytes("xn--").isIn(Array(host.utf8)) && json.contains { $0 >= 0x80 }
    }

    private static func has(host wanted: String, _ record: JSONValue) -> Bool {
        func isMeant(_ name: JSONValue?) -> Bool { name?.stringValue.map { PlaceName.comparable($0) == wanted || PlaceName.host(of: $0) == wanted } ?? false }
        return (record["scope"]?["targets"]?.arrayValue ?? []).contains(where: isMeant)
            || (record["resources"]?.arrayValue ?? []).contains { resource in ["hostname", "ip", "name", "url"].contains { isMeant(resource[$0]) } }
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
}
