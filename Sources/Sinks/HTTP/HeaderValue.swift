/// Text for the value of an HTTP header.
enum HeaderValue {
    /// Whether a header can hold the text: printable ASCII without spaces (RFC 9110, section 5.5).
    static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } }
}
