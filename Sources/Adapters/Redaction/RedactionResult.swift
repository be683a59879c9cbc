/// What redaction made of a body.
package enum RedactionResult: Equatable, Sendable {
    /// There was nothing to redact: the body stays as it is, byte for byte.
    case unchanged
    /// Compact JSON without what had to go; `removed` are the places, each once, the first 100.
    case rewritten([UInt8], removed: [String])
}
