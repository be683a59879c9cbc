import Glibc

/// The character classes of RFC 9110 section 5.6.2 that a request's head is made of.
enum ByteClass {
    // One bit a character, "!#$%&'*+-.^_`|~", digits and letters, in the ASCII order of RFC 9110's `tchar`.
    private static let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
    private static let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe

    /// Whether `byte` may stand in a method or a field name.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return (tokenLow >> UInt64(byte)) & 1 == 1 }
        return byte < 128 && (tokenHigh >> UInt64(byte &- 64)) & 1 == 1
    }

    /// Whether `byte` may stand in a field value: visible characters, space, tab and bytes above ASCII.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 ? byte != 0x7f : byte == 0x09 }

    /// Whether `byte` may stand in a request target: visible ASCII.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f }

    /// Whether `byte` is optional white space (RFC 9110 section 5.6.3).
    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The value of a hexadecimal digit of either case.
    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether these bytes are `text`, which is lower-case ASCII, letters of either case being equal.
    @inline(__always)
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count {
            let byte = self[index]
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            if lower != other[index] { return false }
        }
        return true
    }

    /// Whether these bytes are `text`, which is lower-case ASCII, letters of either case being equal.
    func equalsIgnoringCase(name text: String) -> Bool {
        guard count == text.utf8.count else { return false }
        for (byte, other) in zip(self, text.utf8) where (byte &- 0x41 < 26 ? byte | 0x20 : byte) != other { return false }
        return true
    }

    /// Whether these bytes are exactly `text`.
    @inline(__always)
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        let other = text.utf8Start
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// The part `range` as a buffer of its own; `range` must lie within this one.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[range]) }

    /// These bytes without blanks at either end.
    func trimmed() -> UnsafeRawBufferPointer {
        var low = 0, high = count
        while low < high, ByteClass.isBlank(self[low]) { low += 1 }
        while high > low, ByteClass.isBlank(self[high - 1]) { high -= 1 }
        return part(low..<high)
    }
}

extension UnsafeRawBufferPointer {
    /// Where the next line feed at or after `start` stands.
    @inline(__always)
    func firstLineFeed(from start: Int) -> Int? {
        guard let base = baseAddress, start < count, let found = memchr(base + start, 0x0a, count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
