import Bytes
import DomainNames

/// Names of hosts, addresses, URLs and other places, however they are written, in the one form by which they are compared.
package enum PlaceName {
    /// `text` in ASCII lower case, its host in its ASCII form or as the address that it spells: of a URL and of `host:port` the host in it, else all of it.
    ///
    /// Of a pattern each label without `*` gets its form by itself.
    package static func comparable(_ text: String) -> String {
        if let address = IPAddress(text) { return address.description }
        let host = rangeOfHost(in: text)
        let before = RecordIdentity.lowercased(String(text[..<host.lowerBound])), after = RecordIdentity.lowercased(String(text[host.upperBound...]))
        let form = form(ofHost: String(text[host]))
        // An address in brackets is the address.
        return before == "[" && after == "]" ? form : before + form + after
    }

    /// The host, in its form, of an absolute URL (RFC 3986 section 3.2) or of `host:port`; nothing for what is neither.
    package static func host(of text: String) -> String? {
        guard IPAddress(text) == nil else { return nil }
        let host = rangeOfHost(in: text)
        guard !host.isEmpty, isURL(text) || isPort(text[host.upperBound...]) else { return nil }
        return form(ofHost: String(text[host]))
    }

    /// Whether a label of the host in the pattern has no form, because it holds letters outside ASCII beside `*`.
    package static func isWithoutForm(pattern: String) -> Bool {
        let host = pattern[rangeOfHost(in: pattern)]
        return host.utf8.contains(dot) && !host.utf8.contains(0x20) && labels(host).contains { isPattern($0) && !isASCII($0) }
    }

    private static func form(ofHost text: String) -> String {
        if let address = IPAddress(text) { return address.description }
        guard isPattern(text[...]) else { return DomainName.ascii(text) ?? RecordIdentity.lowercased(text) }
        var name = text[...]
        // `*.` is not `*`.
        while name.utf8.last == dot, let before = name.utf8.dropLast().last, before != star { name = Substring(name.utf8.dropLast()) }
        return labels(name).map { label in
            guard !isPattern(label), !label.isEmpty, let ascii = DomainName.ascii(String(label)) else { return RecordIdentity.lowercased(String(label)) }
            return ascii
        }.joined(separator: ".")
    }

    /// Where the host stands; an address in brackets is without them.
    private static func rangeOfHost(in text: String) -> Range<String.Index> {
        let bytes = text.utf8
        var start = bytes.startIndex
        if let colon = scheme(text) {
            start = bytes.index(colon, offsetBy: 3)
            let authority = bytes[start...].prefix { !"/?#".utf8.contains($0) }
            if let sign = authority.lastIndex(of: UInt8(ascii: "@")) { start = bytes.index(after: sign) }
        }
        if bytes[start...].first == UInt8(ascii: "["), let close = bytes[start...].firstIndex(of: UInt8(ascii: "]")) {
            return bytes.index(after: start)..<close
        }
        return start..<(bytes[start...].firstIndex { ":/?#".utf8.contains($0) } ?? bytes.endIndex)
    }

    /// Where the `://` of an absolute URL stands.
    private static func scheme(_ text: String) -> String.Index? {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")), text.utf8[colon...].starts(with: "://".utf8) else { return nil }
        return colon
    }

    private static func isURL(_ text: String) -> Bool { scheme(text) != nil }

    private static func isPort(_ rest: Substring) -> Bool {
        let port = rest.utf8.drop { $0 == UInt8(ascii: "]") }
        return port.first == UInt8(ascii: ":") && (2...6).contains(port.count) && port.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func labels(_ host: Substring) -> [Substring] { host.utf8.split(separator: dot, omittingEmptySubsequences: false).map { Substring($0) } }

    private static func isPattern(_ text: Substring) -> Bool { text.utf8.contains(star) }

    private static func isASCII(_ text: Substring) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static let dot = UInt8(ascii: "."), star = UInt8(ascii: "*")
}
