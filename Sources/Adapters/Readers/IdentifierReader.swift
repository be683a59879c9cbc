import FindingModel

/// Finds the public names of weaknesses, CVE, CWE and GHSA, in any text.
package enum IdentifierReader {
    package typealias Identifier = (id: String, type: Vulnerability.Kind)

    /// The identifiers in `text`, each once, in the order of their first appearance, spelt as their registries do:
    /// `CVE-2011-3389`, `CWE-79` (also from `cwe-079`), `GHSA-jfh8-c2jp-5v3q`.
    package static func read(_ text: String) -> [Identifier] { text.withBytes { read(utf8: $0) } }

    /// `read` over UTF-8 bytes.
    package static func read(utf8 bytes: UnsafeRawBufferPointer) -> [Identifier] {
        var found: [Identifier] = []
        var seen: Set<String> = []
        var index = 0
        while index < bytes.count {
            let letter = bytes[index] | 0x20
            guard letter == UInt8(ascii: "c") || letter == UInt8(ascii: "g"), index == 0 || !isWordByte(bytes[index - 1]),
                let match = identifier(UnsafeRawBufferPointer(rebasing: bytes[index...]))
            else {
                index += 1
                continue
            }
            if seen.insert(match.id).inserted { found.append((match.id, match.type)) }
            index += match.length
        }
        return found
    }

    /// The identifier at the beginning of `bytes`, and how many bytes it takes.
    private static func identifier(_ bytes: UnsafeRawBufferPointer) -> (id: String, type: Vulnerability.Kind, length: Int)? {
        var scanner = ByteScanner(bytes)
        let match: (id: String, type: Vulnerability.Kind)?
        if scanner.skip(word: "CVE-") {
            match = cve(&scanner).map { ($0, .cve) }
        } else if scanner.skip(word: "CWE-") {
            match = cwe(&scanner).map { ($0, .cwe) }
        } else if scanner.skip(word: "GHSA-") {
            match = ghsa(&scanner).map { ($0, .ghsa) }
        } else {
            return nil
        }
        guard let match else { return nil }
        if let after = scanner.next, isWordByte(after) { return nil }
        return (match.id, match.type, scanner.position)
    }

    /// Four digits of the year and a sequence number of 4 to 19 digits (CVE JSON 5.0 schema, `cveId`).
    private static func cve(_ scanner: inout ByteScanner) -> String? {
        guard let year = digits(&scanner, 4...4), scanner.skip("-"), let number = digits(&scanner, 4...19) else { return nil }
        return "CVE-\(year)-\(number)"
    }

    private static func cwe(_ scanner: inout ByteScanner) -> String? {
        guard let number = scanner.number(upTo: 6), number > 0 else { return nil }
        return "CWE-\(number)"
    }

    /// Three groups of four from GitHub's alphabet without look-alikes (docs.github.com, "About GHSA IDs").
    private static func ghsa(_ scanner: inout ByteScanner) -> String? {
        var id = "GHSA"
        for group in 0..<3 {
            if group > 0, !scanner.skip("-") { return nil }
            id += "-"
            for _ in 0..<4 {
                guard let byte = scanner.next?.lowercasedASCII, ghsaAlphabet.contains(byte) else { return nil }
                id.unicodeScalars.append(Unicode.Scalar(byte))
                scanner.advance()
            }
        }
        return id
    }

    private static let ghsaAlphabet = Array("23456789cfghjmpqrvwx".utf8)

    private static func digits(_ scanner: inout ByteScanner, _ count: ClosedRange<Int>) -> String? {
        var taken: [UInt8] = []
        while let byte = scanner.next, byte.isDigit {
            guard taken.count < count.upperBound else { return nil }
            taken.append(byte)
            scanner.advance()
        }
        return taken.count >= count.lowerBound ? String(decoding: taken, as: UTF8.self) : nil
    }

    /// Whether an identifier cannot begin after, or end before, this byte.
    private static func isWordByte(_ byte: UInt8) -> Bool { byte.isLetter || byte.isDigit }
}
