/// One field of an HTTP message's head, as it is kept with a receipt and read by an adapter.
package struct HeaderField: Hashable, Sendable {
    /// The field's name; compared without regard to case, kept in lower case.
    package let name: String
    /// The value without the whitespace around it.
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
