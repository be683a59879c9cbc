/// A change in the form that a system takes.
package struct EncodedEvent: Equatable, Sendable {
    /// UTF-8: one JSON object, or in CEF a line without its end.
    package let bytes: [UInt8]
    /// The record's fields that were shortened or left out, in the record's order; empty when the event says everything.
    package let cut: [String]

    package init(bytes: [UInt8], cut: [String]) {
        self.bytes = bytes
        self.cut = cut
    }
}

/// Why a change cannot be written in a format.
package struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One clause without vendor text.
    package let message: String

    package init(message: String) { self.message = message }

    package var description: String { message }
}
