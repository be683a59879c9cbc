/// A block of addresses that cannot be read.
package struct AddressBlockError: Error, Equatable {
    /// One sentence without a full stop.
    package let message: String
    /// What was probably meant.
    package let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
