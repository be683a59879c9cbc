import Bytes
import DomainNames

/// Reads a target as scanners write it: an IP address, a host name (with a port or path perhaps), or a URL.
package enum AddressReader {
    /// The parts of the address that `text` is; nothing for text that is none, such as a sentence or a network.
    package static func read(_ text: String) -> AddressParts? { text.withBytes { read(utf8: $0) } }

    /// `read` over UTF-8 bytes.
    package static func read(utf8 bytes: UnsafeRawBufferPointer) -> AddressParts? {
        let bytes = ByteScanner(trimming: bytes).bytes
        guard (1...66_000).contains(bytes.count), !bytes.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else { return nil }
        if let scheme = scheme(bytes) { return url(bytes, scheme: scheme) }
        if let address = IPAddress(utf8: bytes) ?? zoned(bytes) { return parts(of: address) }
        return hostWithout(scheme: bytes)
    }

    /// Where the text before `://` ends, if it is a scheme (RFC 3986 section 3.1).
    private static func scheme(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: ":")), end + 2 < bytes.count, bytes[end + 1] == slash, bytes[end + 2] == slash else { return nil }
        guard let first = bytes.first, first.isLetter, bytes[..<end].allSatisfy({ $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }) else { return nil }
        return end
    }

    private static func url(_ bytes: UnsafeRawBufferPointer, scheme end: Int) -> AddressParts? {
        let start = end + 3
        let authorityEnd =
            bytes[start...].firstIndex { $0 == slash || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: "\\") } ?? bytes.count
        let hostStart = bytes[start..<authorityEnd].lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? start
        guard var parts = host(UnsafeRawBufferPointer(rebasing: bytes[hostStart..<authorityEnd])) else { return nil }
        let name = bytes[..<end].map(\.lowercasedASCII)
        let isWeb = name == Array("http".utf8) || name == Array("https".utf8)
        if isWeb { parts.type = "web" }
        if name == Array("tcp".utf8) || name == Array("udp".utf8) { parts.protocolName = String(decoding: name, as: UTF8.self) }
        parts.url = String(decoding: Array(bytes[..<start]) + Array(bytes[hostStart...]), as: UTF8.self)
        parts.path = path(UnsafeRawBufferPointer(rebasing: bytes[authorityEnd...]))
        return parts
    }

    /// `host[:port][/path]`, and `host:443/tcp`.
    private static func hostWithout(scheme bytes: UnsafeRawBufferPointer) -> AddressParts? {
        let end = bytes.firstIndex { $0 == slash || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.count
        guard var parts = host(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else { return nil }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[end...])
        // 192.0.2.0/24 is a network, not an address.
        if parts.ip != nil, rest.count > 1, rest.dropFirst().allSatisfy(\.isDigit) { return nil }
        if parts.port != nil, let name = transport(rest) {
            parts.protocolName = name
        } else {
            parts.path = path(rest)
        }
        return parts
    }

    private static func transport(_ bytes: UnsafeRawBufferPointer) -> String? {
        var scanner = ByteScanner(trimming: bytes)
        guard scanner.skip("/"), let name = PortReader.protocolName(&scanner), scanner.isAtEnd, name == "tcp" || name == "udp" else { return nil }
        return name
    }

    private static func path(_ bytes: UnsafeRawBufferPointer) -> String? {
        let path = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return path.isEmpty ? nil : String(decoding: path, as: UTF8.self)
    }

    /// `host[:port]`, with an IPv6 address in brackets.
    private static func host(_ bytes: UnsafeRawBufferPointer) -> AddressParts? {
        var parts: AddressParts
        var rest = bytes[bytes.endIndex...]
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let inner = UnsafeRawBufferPointer(rebasing: bytes[1..<close])
            guard let address = IPAddress(utf8: inner) ?? zoned(inner) else { return nil }
            parts = Self.parts(of: address)
            rest = bytes[(close + 1)...]
        } else {
            let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.count
            let name = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            if let address = IPAddress(utf8: name) {
                parts = Self.parts(of: address)
            } else {
                guard let (hostname, written) = hostname(name) else { return nil }
                parts = AddressParts()
                parts.hostname = hostname
                if written != hostname { parts.writtenHostname = written }
                parts.type = "host"
            }
            rest = bytes[end...]
        }
        // RFC 3986 lets the digits after the colon be missing.
        guard rest.count > 1 else { return rest.isEmpty || rest.first == UInt8(ascii: ":") ? parts : nil }
        guard rest.first == UInt8(ascii: ":") else { return nil }
        let digits = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
        guard digits.allSatisfy(\.isDigit), let port = PortReader.read(utf8: digits)?.port else { return nil }
        parts.port = port
        return parts
    }

    /// A name of labels with letters, digits, `-`, `_` and what has an ASCII form, in that form and as it is written in lower case; its last label is
    /// not a number, so that an address in a form that is not read never passes for a name.
    private static func hostname(_ bytes: UnsafeRawBufferPointer) -> (ascii: String, written: String)? {
        let trimmed = bytes.last == UInt8(ascii: ".") ? UnsafeRawBufferPointer(rebasing: bytes.dropLast()) : bytes
        guard !trimmed.isEmpty else { return nil }
        let hasCapitals = trimmed.contains { $0.lowercasedASCII != $0 }
        let written = hasCapitals ? String(decoding: trimmed.map(\.lowercasedASCII), as: UTF8.self) : String(decoding: trimmed, as: UTF8.self)
        guard trimmed.contains(where: { $0 >= 0x80 }) else { return isHostname(trimmed) ? (written, written) : nil }
        guard let ascii = DomainName.ascii(written), ascii.withBytes(isHostname) else { return nil }
        return (ascii, written)
    }

    private static func isHostname(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard (1...DomainName.bytesMax).contains(bytes.count) else { return false }
        var label = bytes[...]
        while let end = label.firstIndex(of: UInt8(ascii: ".")) {
            guard isLabel(label[..<end]) else { return false }
            label = label[(end + 1)...]
        }
        return isLabel(label) && !label.allSatisfy(\.isDigit)
            && !(label.count > 1 && label[label.startIndex] == UInt8(ascii: "0") && label[label.startIndex + 1] == UInt8(ascii: "x"))
    }

    private static func isLabel(_ label: Slice<UnsafeRawBufferPointer>) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    /// An IPv6 address with a zone (`fe80::1%eth0`), which means nothing elsewhere.
    private static func zoned(_ bytes: UnsafeRawBufferPointer) -> IPAddress? {
        guard let percent = bytes.firstIndex(of: UInt8(ascii: "%")) else { return nil }
        guard let address = IPAddress(utf8: UnsafeRawBufferPointer(rebasing: bytes[..<percent])), !address.isIPv4 else { return nil }
        return address
    }

    private static func parts(of address: IPAddress) -> AddressParts {
        var parts = AddressParts()
        parts.ip = address.description
        parts.type = "ip"
        return parts
    }

    private static let slash = UInt8(ascii: "/")
}
