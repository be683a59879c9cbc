/// What stands where something was redacted.
package enum RedactionMark {
    /// Instead of a value, a header's value, or a secret inside text.
    package static let removed: StaticString = "[redacted]"
    /// Instead of a string that should have held JSON and did not.
    package static let unreadable: StaticString = "[redacted: unreadable]"
}
