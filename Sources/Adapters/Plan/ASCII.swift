/// Text as bytes: what the adapter language compares and trims, it compares and trims in ASCII only.
enum ASCII {
    /// The letter in lower case; any other byte unchanged.
    @inline(__always) static func lowercased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// A space or a control character that text is laid out with.
    @inline(__always) static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// `text` without the blanks around it.
    @inline(__always) static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = text.count
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// Where `part` first stands in `text` at or after `position`, without regard to case; `part` is in lower case and not empty.
    static func find(_ part: [UInt8], in text: UnsafeRawBufferPointer, from position: Int) -> Int? {
        guard let first = part.first, part.count <= text.count else { return nil }
        var start = position
        while start <= text.count - part.count {
            if lowercased(text[start]) == first, matches(part, in: text, at: start) { return start }
            start += 1
        }
        return nil
    }

    /// Whether `part`, in lower case, stands in `text` at `position`, without regard to case.
    static func matches(_ part: [UInt8], in text: UnsafeRawBufferPointer, at position: Int) -> Bool {
        guard position >= 0, position <= text.count, text.count - position >= part.count else { return false }
        for (offset, byte) in part.enumerated() where lowercased(text[position + offset]) != byte { return false }
        return true
    }
}
