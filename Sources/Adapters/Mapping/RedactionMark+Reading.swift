extension RedactionMark {
    /// Whether a text without blanks around it stands for a value that was removed.
    static func isRemoved(_ text: UnsafeRawBufferPointer) -> Bool { text.elementsEqual(removed.bytes) }

    /// Whether a text without blanks around it stands for any value that was redacted.
    static func isMark(_ text: UnsafeRawBufferPointer) -> Bool { isRemoved(text) || text.elementsEqual(unreadable.bytes) }
}
