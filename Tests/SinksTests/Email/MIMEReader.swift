/// A mail as a reader takes it apart: unfolded headers, decoded words, parts (RFC 5322, 2045, 2046, 2047); nothing for what breaks their rules.
struct MIMEReader {
    let headers: [(name: String, value: String)]
    /// The media type and the decoded text of each part.
    let parts: [(type: String, text: String)]

    init?(_ message: [UInt8]) {
        guard let (headers, body) = Self.split(message) else { return nil }
        self.headers = headers
        guard let type = headers.first(where: { $0.name == "content-type" })?.value, let boundary = Self.boundary(type) else { return nil }
        let pieces = Self.lines(body).split(omittingEmptySubsequences: false) { $0 == Array("--\(boundary)".utf8) || $0 == Array("--\(boundary)--".utf8) }
        // Before the first boundary and behind the last one stands nothing.
        guard pieces.count >= 3, pieces.first?.isEmpty == true, pieces.last?.allSatisfy(\.isEmpty) == true else { return nil }
        var parts: [(String, String)] = []
        for piece in pieces.dropFirst().dropLast() {
            guard let (headers, body) = Self.split(piece.flatMap { $0 + [0x0d, 0x0a] }), let text = Self.quotedPrintable(body),
                headers.contains(where: { $0 == ("content-transfer-encoding", "quoted-printable") })
            else { return nil }
            // The line end before a boundary is the boundary's.
            parts.append((headers.first { $0.name == "content-type" }?.value ?? "", String(text.unicodeScalars.dropLast())))
        }
        self.parts = parts
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    func part(_ type: String) -> String { parts.first { $0.type == "\(type); charset=utf-8" }?.text ?? "" }

    /// The ids of the changes that it shows, in their order.
    var changes: [String] {
        part("text/plain").split(separator: "\n").filter { $0.hasPrefix("   Change: ") }.map { String($0.dropFirst(11)) }
    }

    private static func split(_ bytes: [UInt8]) -> (headers: [(name: String, value: String)], body: [UInt8])? {
        let lines = lines(bytes)
        guard let end = lines.firstIndex(of: []) else { return nil }
        var unfolded: [[UInt8]] = []
        for line in lines[..<end] {
            guard line.count <= 998 else { return nil }
            if line.first == 0x20 {
                guard let last = unfolded.popLast() else { return nil }
                unfolded.append(last + line)
            } else {
                unfolded.append(line)
            }
        }
        var headers: [(String, String)] = []
        for line in unfolded {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let value = String(decoding: line[(colon + 1)...].drop { $0 == 0x20 }, as: UTF8.self)
            headers.append((String(decoding: line[..<colon], as: UTF8.self).lowercased(), decodedWords(value)))
        }
        return (headers, lines[(end + 1)...].flatMap { $0 + [0x0d, 0x0a] })
    }

    /// Lines without their ends; the last one of bytes that end with one is not there.
    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = [], start = 0
        while let end = bytes.firstIndex(ofBytes: [0x0a], from: start) {
            lines.append(Array(bytes[start..<(end > start && bytes[end - 1] == 0x0d ? end - 1 : end)]))
            start = end + 1
        }
        let rest = bytes[start...]
        if !rest.isEmpty { lines.append(Array(rest.last == 0x0d ? rest.dropLast() : rest)) }
        return lines
    }

    private static func boundary(_ type: String) -> String? {
        guard type.hasPrefix("multipart/alternative; boundary=\""), type.hasSuffix("\"") else { return nil }
        return String(type.dropFirst(33).dropLast())
    }

    private static func quotedPrintable(_ bytes: [UInt8]) -> String? {
        var decoded: [UInt8] = []
        for line in lines(bytes) {
            guard line.count <= 76, line.last != 0x20 else { return nil }
            var start = 0
            while let mark = line.firstIndex(ofBytes: [UInt8(ascii: "=")], from: start) {
                decoded += line[start..<mark]
                start = mark + 1
                if start == line.count { break }
                guard line.count - start >= 2, let value = UInt8(String(decoding: line[start..<(start + 2)], as: UTF8.self), radix: 16) else { return nil }
                decoded.append(value)
                start += 2
            }
            decoded += line[start...]
            if line.last != UInt8(ascii: "=") { decoded.append(0x0a) }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func decodedWords(_ value: String) -> String {
        let words = value.split(separator: " ")
        guard !words.isEmpty, words.allSatisfy({ $0.hasPrefix("=?UTF-8?Q?") && $0.hasSuffix("?=") }) else { return value }
        var bytes: [UInt8] = []
        for word in words {
            var rest = Array(word.utf8.dropFirst(10).dropLast(2))[...]
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "="), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte == UInt8(ascii: "_") ? 0x20 : byte)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
