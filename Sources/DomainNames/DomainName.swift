import CLibIDN2

/// Names of hosts in the one form by which they are compared: ASCII (IDNA 2008 after the mapping of UTS 46, by libidn2), lower case, no dots at the end.
package enum DomainName {
    /// RFC 1035 section 3.1, without the dot at the end.
    package static let bytesMax = 253

    /// The ASCII form of `name`; nothing for text that is no name of a host.
    package static func ascii(_ name: String) -> String? {
        var text = name
        if text.withUTF8(isInForm) { return name }
        var trimmed = Array(name.utf8)
        while trimmed.last == UInt8(ascii: ".") { trimmed.removeLast() }
        guard !trimmed.isEmpty, !trimmed.contains(0) else { return nil }
        if trimmed.allSatisfy({ $0 < 0x80 }) { return trimmed.count > bytesMax ? nil : String(decoding: trimmed.map(lowercased), as: UTF8.self) }
        // Four bytes of a name's label become at least one of its ASCII form: what is longer is none.
        guard trimmed.count <= 4 * bytesMax, let mapped = mapped(trimmed), mapped.utf8.count <= bytesMax else { return nil }
        return mapped
    }

    /// Whether the name is what `ascii` would make of it.
    private static func isInForm(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        (1...bytesMax).contains(name.count) && name.last != UInt8(ascii: ".") && name.allSatisfy { (1..<0x80).contains($0) && lowercased($0) == $0 }
    }

    private static func mapped(_ name: [UInt8]) -> String? {
        let text = name.map { CChar(bitPattern: $0) } + [0]
        var output: UnsafeMutablePointer<CChar>?
        guard idn2_to_ascii_8z(text, &output, weir_idn2_flags) == IDN2_OK.rawValue, let output else { return nil }
        defer { idn2_free(output) }
        let ascii = String(cString: output)
        return ascii.isEmpty || !ascii.utf8.allSatisfy { $0 < 0x80 } ? nil : ascii
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte }
}
