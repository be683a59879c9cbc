/// Why some bytes are not a document that the gateway reads.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// Nothing, or only white space.
        case empty
        case invalidUTF8 = "invalid_utf8"
        case syntax
        /// Two members of one object have the same name after unescaping.
        case duplicateKey = "duplicate_key"
        case tooDeep = "too_deep"
        /// Over `JSONParser.maximumLength`, or over what memory allows.
        case tooLarge = "too_large"
    }

    package let code: Code
    /// The byte, from 0, where it shows.
    package let offset: Int
    /// One sentence without the document's text.
    package let message: String

    package init(code: Code, offset: Int, message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    package var description: String { "\(message) (byte \(offset))" }
}
