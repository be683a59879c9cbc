import JSONDocument

/// Takes secrets out of a body before it is kept.
///
/// Beside the rules, members with secret-like names go, user names and passwords in URLs, and any occurrence of the source's own
/// secrets, in texts, names and numbers. Doing it twice changes nothing more.
package struct Redactor: Sendable {
    private let plan: RedactionPlan
    private let secrets: TextSecrets

    /// - Parameters:
    ///   - rules: the adapter's.
    ///   - extra: the source's, which only add. Together they must `fit`; otherwise nothing of any body is kept.
    ///   - secrets: the source's own. Those shorter than 4 bytes are not looked for.
    package init(rules: RedactionRules, extra: [RedactionRule] = [], secrets: [[UInt8]] = []) {
        // What cannot be followed is redacted as a whole: it fails closed.
        plan = RedactionPlan(rules, extra: extra) ?? RedactionPlan.everything
        let own = SecretOccurrences(secrets)
        self.secrets = TextSecrets(own: own.isEmpty ? nil : own)
    }

    /// Whether the rules can be followed at once: 256 steps in all, and 64 rules of a kind.
    package static func fits(_ rules: RedactionRules, extra: [RedactionRule] = []) -> Bool { RedactionPlan(rules, extra: extra) != nil }

    /// What must be kept instead of `body`, of which `tape` is the reading.
    package func redact(_ tape: JSONTape, body: UnsafeRawBufferPointer) -> RedactionResult {
        let possible = secrets.possible(in: body)
        let inner = plan.readsJSONInStrings ? InnerParser() : nil
        guard RedactionCheck(plan: plan, secrets: possible, inner: inner).needsChange(tape, 0, plan.root) else { return .unchanged }
        var rewriter = RedactionRewriter(plan: plan, secrets: possible, inner: inner, capacity: body.count)
        rewriter.write(tape, 0, plan.root)
        guard rewriter.changed else { return .unchanged }
        return .rewritten(rewriter.writer.bytes, removed: rewriter.removed)
    }
}
