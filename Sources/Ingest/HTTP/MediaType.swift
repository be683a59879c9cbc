/// Which Content-Type values mean JSON.
package enum MediaType {
    /// `application/json`, `text/json` and every type with the suffix `+json` (RFC 6839), with any parameters; nothing at all counts as JSON too,
    /// because some vendors send none.
    package static func isJSON(_ value: UnsafeRawBufferPointer) -> Bool {
        let end = value.firstIndex(of: 0x3b) ?? value.count
        let type = value.part(0..<end).trimmed()
        if type.isEmpty { return value.isEmpty }
        if type.equalsIgnoringCase("application/json") || type.equalsIgnoringCase("text/json") { return true }
        guard type.count > 6, type.part(type.count - 5..<type.count).equalsIgnoringCase("+json") else { return false }
        // A type, one slash and a subtype in front of the suffix.
        let name = type.part(0..<type.count - 5)
        guard let slash = name.firstIndex(of: 0x2f), slash > 0, slash + 1 < name.count else { return false }
        return name.enumerated().allSatisfy { $0.offset == slash || ByteClass.isToken($0.element) }
    }
}
