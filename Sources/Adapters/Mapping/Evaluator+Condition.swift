import JSONDocument

extension Evaluator {
    /// Whether all tests of `when` hold, and not all of `unless`.
    mutating func holds(_ number: Int, _ item: Int) -> Bool {
        let condition = tables.conditions[number]
        for test in condition.when where !holds(test, item) { return false }
        for test in condition.unless where !holds(test, item) { return true }
        return condition.unless.isEmpty
    }

    private mutating func holds(_ test: Condition.Test, _ item: Int) -> Bool {
        var hit = bindings.first(test.path.slot, of: owner(test.path, item))
        while hit >= 0 {
            let node = bindings.value(hit)
            hit = next(hit)
            if isNothing(node) { continue }
            guard let words = test.words else { return true }
            switch tape.kind(node) {
            case .number: if words.find(number: tape.text(node)) != nil { return true }
            case .string, .true, .false: if words.find(ASCII.trimmed(tape.text(node))) != nil { return true }
            case .object, .array, .null: break
            }
        }
        return false
    }

    /// Marks what a condition tested: what it says is in the record now.
    ///
    /// A container that was only asked for keeps what it holds.
    mutating func useTested(_ number: Int, _ item: Int) {
        for tests in [tables.conditions[number].when, tables.conditions[number].unless] {
            for test in tests {
                var hit = bindings.first(test.path.slot, of: owner(test.path, item))
                while hit >= 0 {
                    let node = bindings.value(hit)
                    hit = next(hit)
                    if tape.kind(node) != .object { marks[node] |= Mark.used }
                }
            }
        }
    }
}
