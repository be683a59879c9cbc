/// A position in UTF-8 text that moves forward over what it recognises; every access is within bounds.
struct ByteScanner {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int

    /// Begins at the start of `bytes`.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = 0
    }

    /// Begins after the blanks at the start of `bytes` and leaves out those at its end.
    init(trimming bytes: UnsafeRawBufferPointer) {
        var start = bytes.startIndex, end = bytes.endIndex
        while start < end, bytes[start].isBlank { start += 1 }
        while end > start, bytes[end - 1].isBlank { end -= 1 }
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        position = 0
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// The byte at the position, if there is one.
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The byte `offset` places further on, if there is one.
    func peek(_ offset: Int) -> UInt8? {
        let index = position + offset
        return index >= 0 && index < bytes.count ? bytes[index] : nil
    }

    /// Moves over one byte, whatever it is.
    mutating func advance() { if position < bytes.count { position += 1 } }

    /// Moves over `byte` if it is next.
    mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard let next, UInt32(next) == byte.value else { return false }
        position += 1
        return true
    }

    /// Moves over `word`, in any ASCII case, if it is next.
    mutating func skip(word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset].lowercasedASCII != word.utf8Start[offset].lowercasedASCII { return false }
        position += count
        return true
    }

    /// Moves over blanks.
    mutating func skipBlanks() {
        while let next, next.isBlank { position += 1 }
    }

    /// Moves over exactly `count` digits and gives their value; at most 18, so that it cannot overflow.
    mutating func number(digits count: Int) -> Int64? {
        guard count <= 18, bytes.count - position >= count else { return nil }
        var value: Int64 = 0
        for offset in 0..<count {
            guard let digit = bytes[position + offset].digitValue else { return nil }
            value = value * 10 + digit
        }
        position += count
        return value
    }

    /// Moves over all the digits that follow, one at least and `limit` at most, and gives their value.
    mutating func number(upTo limit: Int) -> Int64? {
        var count = 0
        while let byte = peek(count), byte.isDigit {
            count += 1
            guard count <= limit else { return nil }
        }
        return count == 0 ? nil : number(digits: count)
    }
}

extension UInt8 {
    /// `0` to `9`.
    var isDigit: Bool { self &- 0x30 < 10 }

    /// `A` to `Z` and `a` to `z`.
    var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }

    /// A space or one of the control characters that text is laid out with.
    var isBlank: Bool { self == 0x20 || self &- 0x09 < 5 }

    /// The value of a digit.
    var digitValue: Int64? { isDigit ? Int64(self &- 0x30) : nil }

    /// The same letter in lower case; other bytes unchanged.
    var lowercasedASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    /// The same letter in upper case; other bytes unchanged.
    var uppercasedASCII: UInt8 { self &- 0x61 < 26 ? self & 0xdf : self }
}

extension String {
    /// What `body` makes of the text's UTF-8 bytes.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var copy = self
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
