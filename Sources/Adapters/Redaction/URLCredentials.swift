import Foundation

/// User names and passwords in URLs, wherever a text holds one: `https://user:password@host`, also with the slashes escaped as some
/// programs write JSON (`https:\/\/user:password@host`).
///
/// The whole part before the `@` goes, because a token may stand in place of the name (RFC 3986 section 3.2.1 calls it userinfo).
enum URLCredentials {
    /// Whether a text of the JSON in `body` can hold one: without an `@`, written as it is or as an escape, none does.
    static func mayOccur(in body: UnsafeRawBufferPointer) -> Bool {
        guard let base = body.baseAddress else { return false }
        if memchr(base, Int32(at), body.count) != nil { return true }
        var position = 0
        while let found = memchr(base + position, Int32(backslash), body.count - position) {
            position = base.distance(to: UnsafeRawPointer(found)) + 1
            if hasEscapedAt(body, at: position) { return true }
        }
        return false
    }

    /// Whether there is one in `text`.
    static func isFound(in text: UnsafeRawBufferPointer) -> Bool { next(in: text, from: 0) != nil }

    /// `text` with `[redacted]` in place of each; nothing when there is none.
    static func replaced(in text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard var found = next(in: text, from: 0) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var copied = 0
        while true {
            output += text[copied..<found.lowerBound]
            output.append(contentsOf: RedactionMark.removed.bytes)
            copied = found.upperBound
            guard let more = next(in: text, from: copied) else { break }
            found = more
        }
        output += text[copied...]
        return output
    }

    /// Where the first one after `start` stands, without the `@` behind it; one that was redacted before does not count.
    private static func next(in text: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        guard let base = text.baseAddress, memchr(base + start, Int32(at), text.count - start) != nil else { return nil }
        var position = start
        while let found = memchr(base + position, Int32(UInt8(ascii: ":")), text.count - position) {
            position = base.distance(to: UnsafeRawPointer(found)) + 1
            guard let begin = authority(in: text, at: position) else { continue }
            let (end, lastAt) = authorityEnd(in: text, from: begin)
            // A colon that ends it may begin another: https://https://…
            position = max(begin, end - 1)
            guard let lastAt, lastAt > begin, !text[begin..<lastAt].elementsEqual(RedactionMark.removed.bytes) else { continue }
            return begin..<lastAt
        }
        return nil
    }

    /// Where what follows the two slashes at `position` begins.
    private static func authority(in text: UnsafeRawBufferPointer, at position: Int) -> Int? {
        slash(in: text, at: position).flatMap { slash(in: text, at: $0) }
    }

    /// Just after the slash, with a backslash before it perhaps, at `position`.
    private static func slash(in text: UnsafeRawBufferPointer, at position: Int) -> Int? {
        var position = position
        if position < text.count, text[position] == backslash { position += 1 }
        return position < text.count && text[position] == UInt8(ascii: "/") ? position + 1 : nil
    }

    /// Where the host's part of a URL ends, and the last `@` in it: at a character that no part of a URL before its path holds.
    private static func authorityEnd(in text: UnsafeRawBufferPointer, from begin: Int) -> (end: Int, lastAt: Int?) {
        var position = begin
        var lastAt: Int?
        while position < text.count {
            switch text[position] {
            case at: lastAt = position
            case 0...0x20, 0x7f, backslash, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"):
                return (position, lastAt)
            default: break
            }
            position += 1
        }
        return (position, lastAt)
    }

    private static func hasEscapedAt(_ body: UnsafeRawBufferPointer, at position: Int) -> Bool {
        let escape: StaticString = "u0040"
        return body.count - position >= 5 && body[position] == escape.utf8Start[0] && body[position..<position + 5].elementsEqual(escape.bytes)
    }

    private static let at = UInt8(ascii: "@"), backslash = UInt8(ascii: "\\")
}
