import JSONDocument

/// What a string becomes.
enum RedactedText {
    /// Whether the value is what stands for a redacted one.
    static func isMark(_ tape: JSONTape, _ node: Int) -> Bool {
        tape.kind(node) == .string && tape.text(node).elementsEqual(RedactionMark.removed.bytes)
    }

    /// The string's new text, and the places below it at which something went; nothing when it stays.
    ///
    /// - Parameter path: the names of the members that lead to the string.
    static func of(
        _ tape: JSONTape, _ node: Int, _ context: RedactionPlan.Context, plan: RedactionPlan, secrets: TextSecrets?, inner: InnerParser?,
        path: [UnsafeRawBufferPointer] = []
    ) -> (text: [UInt8], places: [String])? {
        let text = tape.text(node)
        if context.isJSON, text.contains(where: { !$0.isBlank }) {
            return ofJSON(text, context, plan: plan, secrets: secrets, inner: inner ?? InnerParser(), path: path)
        }
        if context.keeps != 0 { return text.isEmpty || isMark(tape, node) ? nil : (Array(RedactionMark.removed.bytes), []) }
        let masked = context.headers == 0 ? nil : plan.masked(text, headers: context.headers)
        guard let secrets else { return masked.map { ($0, []) } }
        let replaced = masked.map { $0.withUnsafeBytes { secrets.replaced(in: $0) } ?? $0 } ?? secrets.replaced(in: text)
        return replaced.map { ($0, []) }
    }

    /// The JSON in a string, redacted as a part of the document that it stands in.
    private static func ofJSON(
        _ text: UnsafeRawBufferPointer, _ context: RedactionPlan.Context, plan: RedactionPlan, secrets: TextSecrets?, inner: InnerParser,
        path: [UnsafeRawBufferPointer]
    ) -> (text: [UInt8], places: [String])? {
        var context = context
        // One level: JSON in JSON in JSON would need a path of its own.
        context.isJSON = false
        guard let tape = try? inner.parser.parse(text) else {
            return text.elementsEqual(RedactionMark.unreadable.bytes) ? nil : (Array(RedactionMark.unreadable.bytes), [])
        }
        guard RedactionCheck(plan: plan, secrets: secrets, inner: inner.below).needsChange(tape, 0, context) else { return nil }
        var rewriter = RedactionRewriter(plan: plan, secrets: secrets, inner: inner.below, capacity: text.count, path: path)
        rewriter.write(tape, 0, context)
        return (rewriter.writer.bytes, rewriter.removed)
    }
}
