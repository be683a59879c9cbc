/// A mailbox as RFC 5321, section 4.1.2, writes it, without quotation marks: `local-part@domain` in ASCII.
package enum MailAddress {
    /// What is wrong with `text`, as a clause; nothing when it is an address.
    package static func issue(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            return "it has characters outside ASCII, which need SMTPUTF8 (write an international domain in its xn-- form)"
        }
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return "white space and control characters cannot stand in it" }
        guard !bytes.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }) else {
            return "it stands without angle brackets and without a name"
        }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, let local = parts.first, let domain = parts.last else { return "it is not of the form name@example.com" }
        guard (1...64).contains(local.count), isDotted(local, isAtomByte) else { return "what stands before the @ is no name of a mailbox" }
        guard isDomain(domain) else { return "what stands after the @ is no domain" }
        return nil
    }

    /// Whether `bytes` are a host's name: labels of letters, digits and hyphens (RFC 1035, section 2.3.1; RFC 1123, section 2.1).
    static func isDomain(_ bytes: some Collection<UInt8>) -> Bool {
        (1...255).contains(bytes.count)
            && bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                let label = Array(label)
                return (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                    && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }

    /// The part after the `@`.
    static func domain(of address: String) -> String {
        String(decoding: address.utf8.reversed().prefix { $0 != UInt8(ascii: "@") }.reversed(), as: UTF8.self)
    }

    private static func isDotted(_ bytes: some Collection<UInt8>, _ isByte: (UInt8) -> Bool) -> Bool {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty && $0.allSatisfy(isByte) }
    }

    /// `atext` of RFC 5322, section 3.2.3.
    private static func isAtomByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
