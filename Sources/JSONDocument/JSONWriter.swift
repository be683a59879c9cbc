import CSimdjson

/// Writes canonical JSON: compact, UTF-8, members in the order of the calls, escaping only what RFC 8259 section 7 requires.
///
/// Commas come by themselves. The calls must make a document; this is not checked.
package struct JSONWriter {
    /// Bytes of room that are made at once: what is not needed of them is memory all the same.
    private static let stepMax = 64 << 10

    /// What has been written, and behind it room for more.
    private var storage: [UInt8]
    /// How many bytes have been written.
    package private(set) var count = 0
    private var needsComma = false

    package init(capacity: Int = 512) { storage = [UInt8](repeating: 0, count: max(capacity, 0)) }

    /// What has been written.
    package var bytes: [UInt8] { Array(storage.prefix(count)) }

    /// What has been written, without a copy; begins anew.
    package mutating func take() -> [UInt8] {
        storage.removeLast(storage.count - count)
        defer {
            storage = []
            removeAll()
        }
        return storage
    }

    package mutating func beginObject() {
        separate()
        put(UInt8(ascii: "{"))
        needsComma = false
    }

    package mutating func endObject() {
        put(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Takes back the end of the object that was written last, which has members, so that more can follow.
    package mutating func reopenObject() { count = max(count - 1, 0) }

    package mutating func beginArray() {
        separate()
        put(UInt8(ascii: "["))
        needsComma = false
    }

    package mutating func endArray() {
        put(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The name of the member whose value is written next.
    package mutating func key(_ name: String) {
        var name = name
        name.withUTF8 { key(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// The name of the member whose value is written next.
    package mutating func key(utf8 name: UnsafeRawBufferPointer) {
        separate()
        quote(name)
        put(UInt8(ascii: ":"))
        needsComma = false
    }

    /// The name, which needs no escaping, of the member whose value is written next.
    package mutating func key(_ name: StaticString) {
        separate()
        let length = name.utf8CodeUnitCount
        put(length + 3) { place in
            place[0] = UInt8(ascii: "\"")
            place.advanced(by: 1).initialize(from: name.utf8Start, count: length)
            place[length + 1] = UInt8(ascii: "\"")
            place[length + 2] = UInt8(ascii: ":")
        }
        needsComma = false
    }

    package mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(utf8: UnsafeRawBufferPointer($0)) }
    }

    package mutating func string(utf8 text: UnsafeRawBufferPointer) {
        separate()
        quote(text)
        needsComma = true
    }

    package mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { put(UInt8(ascii: "-")) }
        digits(of: value.magnitude)
        needsComma = true
    }

    package mutating func unsigned(_ value: UInt64) {
        separate()
        digits(of: value)
        needsComma = true
    }

    /// A number, digits as given; the text must be a JSON number.
    package mutating func number(verbatim text: String) {
        separate()
        var text = text
        text.withUTF8 { put(UnsafeRawBufferPointer($0)) }
        needsComma = true
    }

    /// A number, digits as given; the text must be a JSON number.
    package mutating func number(utf8 text: UnsafeRawBufferPointer) {
        separate()
        put(text)
        needsComma = true
    }

    package mutating func bool(_ value: Bool) {
        separate()
        put(value ? "true" : "false")
        needsComma = true
    }

    package mutating func null() {
        separate()
        put("null")
        needsComma = true
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        json.withUnsafeBytes { put($0) }
        needsComma = true
    }

    /// A value that is JSON already.
    package mutating func raw(utf8 json: UnsafeRawBufferPointer) {
        separate()
        put(json)
        needsComma = true
    }

    /// Ends a document with a line feed, so that another can follow (newline-delimited JSON).
    package mutating func newline() {
        put(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Begins anew, with the memory kept.
    package mutating func removeAll() {
        count = 0
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { put(UInt8(ascii: ",")) }
    }

    private mutating func digits(of value: UInt64) {
        if value >= 10 { digits(of: value / 10) }
        put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    private mutating func quote(_ text: UnsafeRawBufferPointer) {
        put(UInt8(ascii: "\""))
        var rest = text
        while !rest.isEmpty {
            let plain = weir_json_plain_prefix(rest.baseAddress, rest.count)
            put(UnsafeRawBufferPointer(rebasing: rest.prefix(plain)))
            guard plain < rest.count else { break }
            escape(rest[plain])
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(plain + 1))
        }
        put(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        put(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: put(UInt8(ascii: "b"))
        case 0x09: put(UInt8(ascii: "t"))
        case 0x0a: put(UInt8(ascii: "n"))
        case 0x0c: put(UInt8(ascii: "f"))
        case 0x0d: put(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): put(byte)
        default:
            put("u00")
            for digit in [byte >> 4, byte & 15] {
                put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }

    private mutating func put(_ byte: UInt8) { put(1) { $0[0] = byte } }

    private mutating func put(_ text: StaticString) {
        put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        put(bytes.count) { UnsafeMutableRawBufferPointer(start: $0, count: bytes.count).copyMemory(from: bytes) }
    }

    /// Adds `size` bytes, all of which `fill` writes: an array's own way to append costs more than what most members take.
    @inline(__always)
    private mutating func put(_ size: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        if storage.count - count < size { storage.append(contentsOf: repeatElement(0, count: max(size, min(storage.count, Self.stepMax), 64))) }
        let start = count
        storage.withUnsafeMutableBufferPointer { if let first = $0.baseAddress { fill(first + start) } }
        count = start + size
    }
}
