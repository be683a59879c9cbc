/// What an adapter says about secrets in its vendor's events.
package struct RedactionRules: Equatable, Sendable {
    package var rules: [RedactionRule]
    /// Members with secret-like names that hold no secret.
    package var clear: [Path]
    /// Strings that hold JSON; all other paths see what they hold.
    package var json: [Path]
    package var names: NameMatching

    package init(rules: [RedactionRule] = [], clear: [Path] = [], json: [Path] = [], names: NameMatching = .exact) {
        self.rules = rules
        self.clear = clear
        self.json = json
        self.names = names
    }
}
