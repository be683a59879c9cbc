/// Reads a port as scanners write it: `443`, `443/tcp`, `tcp/443`.
package enum PortReader {
    /// A port, 1 to 65535, and the protocol in lower case where it stands beside it.
    package typealias Reading = (port: Int, protocolName: String?)

    /// The port in `text`, which holds nothing else; nothing for `general/tcp`, 0 or 65536.
    package static func read(_ text: String) -> Reading? { text.withBytes { read(utf8: $0) } }

    /// `read` over UTF-8 bytes.
    package static func read(utf8 bytes: UnsafeRawBufferPointer) -> Reading? {
        var scanner = ByteScanner(trimming: bytes)
        if let port = port(&scanner) {
            if scanner.isAtEnd { return (port, nil) }
            guard scanner.skip("/"), let name = protocolName(&scanner), scanner.isAtEnd else { return nil }
            return (port, name)
        }
        guard scanner.position == 0, let name = protocolName(&scanner), scanner.skip("/"), let port = port(&scanner), scanner.isAtEnd else { return nil }
        return (port, name)
    }

    /// The service or protocol of a text that stands where a port does and holds none: `dns`, or `tcp` of `general/tcp`.
    package static func service(utf8 bytes: UnsafeRawBufferPointer) -> String? {
        var scanner = ByteScanner(trimming: bytes)
        guard let name = protocolName(&scanner) else { return nil }
        if scanner.isAtEnd { return name }
        guard scanner.skip("/"), let transport = protocolName(&scanner), scanner.isAtEnd else { return nil }
        return transport
    }

    private static func port(_ scanner: inout ByteScanner) -> Int? {
        var attempt = scanner
        guard let value = attempt.number(upTo: 5), (1...65535).contains(value) else { return nil }
        scanner = attempt
        return Int(value)
    }

    /// A word such as `tcp`, `udp`, `sctp`, `https`: a letter, then letters and digits, 16 at most.
    static func protocolName(_ scanner: inout ByteScanner) -> String? {
        guard let first = scanner.next, first.isLetter else { return nil }
        var name: [UInt8] = []
        while let byte = scanner.next, byte.isLetter || byte.isDigit {
            guard name.count < 16 else { return nil }
            name.append(byte.lowercasedASCII)
            scanner.advance()
        }
        return String(decoding: name, as: UTF8.self)
    }
}
