import FindingModel

/// The words for severities that need no map, in any case.
enum PlainSeverity {
    private static let severities: [Severity] = [.critical, .high, .medium, .medium, .low, .info, .info]
    private static let words = WordTable(["critical", "high", "medium", "moderate", "low", "info", "informational"])

    static func read(_ text: UnsafeRawBufferPointer) -> Severity? { words.find(ASCII.trimmed(text)).map { severities[$0] } }
}
