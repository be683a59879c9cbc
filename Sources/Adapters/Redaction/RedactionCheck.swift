import JSONDocument

/// Looks whether anything in a document has to be redacted, as cheaply as it can.
struct RedactionCheck {
    let plan: RedactionPlan
    /// Absent when no text can hold one.
    let secrets: TextSecrets?
    /// Absent when the rules name no string that holds JSON.
    let inner: InnerParser?

    func needsChange(_ tape: JSONTape, _ node: Int, _ context: RedactionPlan.Context) -> Bool {
        switch tape.kind(node) {
        case .object:
            let end = tape.next(node)
            var child = node + 1
            while child < end {
                if let secrets, secrets.isFound(in: tape.key(child)) { return true }
                switch plan.decide(tape, child, in: context) {
                case .gone: return true
                case .redacted: if !RedactedText.isMark(tape, child) { return true }
                case .walked(let below): if needsChange(tape, child, below) { return true }
                }
                child = tape.next(child)
            }
            return false
        case .array:
            let end = tape.next(node)
            var child = node + 1
            while child < end {
                if needsChange(tape, child, context) { return true }
                child = tape.next(child)
            }
            return false
        case .string:
            return RedactedText.of(tape, node, context, plan: plan, secrets: secrets, inner: inner) != nil
        case .number:
            if context.keeps != 0 { return true }
            return secrets?.isFound(in: tape.text(node)) ?? false
        case .true, .false:
            return context.keeps != 0
        case .null:
            return false
        }
    }
}
