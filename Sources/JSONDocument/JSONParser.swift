import CSimdjson

/// A reader of JSON documents with the buffers that it uses again for each; one per thread.
package struct JSONParser: ~Copyable {
    /// Bytes of the largest document.
    package static let maximumLength = Int(WEIR_JSON_MAXIMUM_LENGTH)
    /// The deepest nesting that `parse` can be asked to allow.
    package static let maximumDepth = Int(WEIR_JSON_MAXIMUM_DEPTH)

    private let handle: OpaquePointer?

    package init() { handle = weir_json_create() }

    deinit {
        if let handle { weir_json_destroy(handle) }
    }

    /// Reads one document completely: RFC 8259, UTF-8 without a byte order mark, no two members of one name in an object,
    /// nested at most `depth` containers deep.
    ///
    /// The bytes are copied. The tape is valid until the next call or the parser's end.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer, depth: Int = 64) throws(JSONError) -> JSONTape {
        guard let handle else { throw JSONError(code: .tooLarge, offset: 0, message: "there is no memory for the document") }
        let result = weir_json_parse(handle, bytes.baseAddress, bytes.count, max(depth, 0))
        guard let code = Self.code(of: result.code) else { return JSONTape(result) }
        let message = result.message.map { String(cString: $0) } ?? code.rawValue
        throw JSONError(code: code, offset: Int(result.offset), message: message)
    }

    /// Gives back the memory that a large document left behind; `parse` does so too when the next document is small.
    ///
    /// Ends the validity of the last tape.
    package mutating func trim() {
        if let handle { weir_json_trim(handle) }
    }

    private static func code(of code: weir_json_code) -> JSONError.Code? {
        switch code {
        case WEIR_JSON_OK: nil
        case WEIR_JSON_ERROR_EMPTY: .empty
        case WEIR_JSON_ERROR_UTF8: .invalidUTF8
        case WEIR_JSON_ERROR_DUPLICATE: .duplicateKey
        case WEIR_JSON_ERROR_DEPTH: .tooDeep
        case WEIR_JSON_ERROR_LENGTH: .tooLarge
        default: .syntax
        }
    }
}

extension JSONParser {
    /// Reads `bytes` and hands the tape to `body`, for whose duration it is valid.
    package mutating func withTape<R>(_ bytes: [UInt8], depth: Int = 64, _ body: (JSONTape) throws -> R) throws -> R {
        try bytes.withUnsafeBytes { try body(try parse($0, depth: depth)) }
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes behind a byte order mark, if they begin with one: a reader of JSON may pass over it (RFC 8259 section 8.1).
    package var afterByteOrderMark: UnsafeRawBufferPointer {
        count >= 3 && self[0] == 0xef && self[1] == 0xbb && self[2] == 0xbf ? UnsafeRawBufferPointer(rebasing: self[3...]) : self
    }
}
