import Foundation
import JSONDocument

/// Takes secrets out of a body before it is kept.
///
/// Beside the rules, members with secret-like names go, and any occurrence of the source's own secrets, in texts, names and
/// numbers. Doing it twice changes nothing more.
package struct Redactor: Sendable {
    private let plan: RedactionPlan
    private let secrets: SecretOccurrences

    /// - Parameters:
    ///   - rules: the adapter's.
    ///   - extra: the source's, which only add. Together they must `fit`; otherwise nothing of any body is kept.
    ///   - secrets: the source's own. Those shorter than 4 bytes are not looked for.
    package init(rules: RedactionRules, extra: [RedactionRule] = [], secrets: [[UInt8]] = []) {
        // What cannot be followed is redacted as a whole: it fails closed.
        plan = RedactionPlan(rules, extra: extra) ?? RedactionPlan.everything
        self.secrets = SecretOccurrences(secrets)
    }

    /// Whether the rules can be followed at once: 256 steps in all, and 64 rules of a kind.
    package static func fits(_ rules: RedactionRules, extra: [RedactionRule] = []) -> Bool { RedactionPlan(rules, extra: extra) != nil }

    /// What must be kept instead of `body`, of which `tape` is the reading.
    package func redact(_ tape: JSONTape, body: UnsafeRawBufferPointer) -> RedactionResult {
        let seek = secrets.isEmpty ? .never : Self.seek(secrets, body)
        let check = RedactionCheck(plan: plan, secrets: seek == .never ? nil : secrets)
        guard seek == .found || check.needsChange(tape, 0, plan.root) else { return .unchanged }
        var rewriter = RedactionRewriter(plan: plan, secrets: secrets.isEmpty ? nil : secrets, capacity: body.count)
        rewriter.write(tape, 0, plan.root)
        // A secret in the bytes as they came may be gone from the reading; then nothing has changed but the spaces.
        guard rewriter.changed else { return .unchanged }
        return .rewritten(rewriter.writer.bytes, removed: rewriter.removed)
    }

    private enum Seek { case never, found, everywhere }

    /// Whether texts have to be searched: without a backslash the bytes as they came hold whatever the texts hold.
    private static func seek(_ secrets: SecretOccurrences, _ body: UnsafeRawBufferPointer) -> Seek {
        if let base = body.baseAddress, memchr(base, 0x5c, body.count) != nil { return .everywhere }
        return secrets.isFound(in: body) ? .found : .never
    }
}

extension RedactionPlan {
    /// Keeps nothing of any document.
    fileprivate static let everything: RedactionPlan = {
        guard let plan = RedactionPlan(RedactionRules(rules: [.keep(in: Path(root: .document), names: [])]), extra: []) else {
            preconditionFailure("a rule for the root needs no room")
        }
        return plan
    }()
}
