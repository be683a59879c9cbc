import CSimdjson

/// A value in a document of which only as much is read as is asked for: a tree of a large one takes up many times its size.
///
/// For documents that are known to be JSON, such as the journal's own: of what is passed over, quotation marks and brackets are looked at and nothing else.
/// Shares the document's memory.
package struct JSONSlice: Equatable, Sendable {
    /// The value's text, without the white space around it.
    package let bytes: ArraySlice<UInt8>

    /// The value that `document` is; nothing where it is none, or something follows it.
    package init?(_ document: ArraySlice<UInt8>) {
        var cursor = Cursor(document)
        guard let value = cursor.value(), cursor.isAtEnd else { return nil }
        self = value
    }

    fileprivate init(value: ArraySlice<UInt8>) { bytes = value }

    /// The members of an object in their order, up to the first that is none.
    package var members: Members { Members(cursor: Cursor(inside: bytes, from: UInt8(ascii: "{"))) }

    /// The elements of an array in their order, up to the first that is none.
    package var elements: Elements { Elements(cursor: Cursor(inside: bytes, from: UInt8(ascii: "["))) }

    /// The first member of that name; nothing when there is none or this is no object.
    package subscript(_ name: String) -> JSONSlice? { members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }

    /// The tree of all below it; nothing where it is not JSON after all.
    package var value: JSONValue? { try? JSONValue(parsing: Array(bytes)) }

    package var stringValue: String? {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        let text = bytes.dropFirst().dropLast()
        return text.contains(UInt8(ascii: "\\")) ? value?.stringValue : String(decoding: text, as: UTF8.self)
    }

    /// A number without fraction and exponent that fits.
    package var integerValue: Int64? { Int64(String(decoding: bytes, as: UTF8.self)) }

    /// A whole number of at least 0, written as a number or as a decimal string.
    package var unsignedValue: UInt64? { UInt64(stringValue ?? String(decoding: bytes, as: UTF8.self)) }

    package var boolValue: Bool? { bytes.elementsEqual("true".utf8) ? true : bytes.elementsEqual("false".utf8) ? false : nil }

    package struct Members: Sequence, IteratorProtocol {
        fileprivate var cursor: Cursor

        package mutating func next() -> (name: String, value: JSONSlice)? {
            guard let name = cursor.item()?.stringValue, cursor.passes(UInt8(ascii: ":")), let value = cursor.value() else { return nil }
            return (name, value)
        }
    }

    package struct Elements: Sequence, IteratorProtocol {
        fileprivate var cursor: Cursor

        package mutating func next() -> JSONSlice? { cursor.item() }
    }
}

/// A place in a document's text.
private struct Cursor {
    private let text: ArraySlice<UInt8>
    private var place: Int
    private var isFirst = true

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        place = text.startIndex
    }

    /// Behind the bracket `first`; at the end where the text does not begin with it.
    init(inside text: ArraySlice<UInt8>, from first: UInt8) {
        self.init(text)
        place = text.first == first ? text.startIndex + 1 : text.endIndex
    }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return place == text.endIndex
        }
    }

    /// The next item of a container; nothing at its end.
    mutating func item() -> JSONSlice? {
        if !isFirst, !passes(UInt8(ascii: ",")) { return nil }
        isFirst = false
        return value()
    }

    /// Passes over `byte`, if it comes next.
    mutating func passes(_ byte: UInt8) -> Bool {
        skipSpace()
        guard place < text.endIndex, text[place] == byte else { return false }
        place += 1
        return true
    }

    mutating func value() -> JSONSlice? {
        skipSpace()
        let start = place, first = text.startIndex
        let end = text.withUnsafeBytes { weir_json_value_end($0.baseAddress, $0.count, start - first) }
        guard end > 0 else { return nil }
        place = first + end
        return JSONSlice(value: text[start..<place])
    }

    private mutating func skipSpace() {
        while place < text.endIndex, text[place].isSpace { place += 1 }
    }
}

extension UInt8 {
    /// What may stand between tokens (RFC 8259 section 2).
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x0a || self == 0x0d || self == 0x09 }
}
