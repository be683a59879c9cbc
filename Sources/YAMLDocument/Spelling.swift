/// Guesses which word a person meant.
package enum Spelling {
    /// The one of `words` that differs from `word` by the fewest edits, when that is at most a third of its length (two for words of five or six letters, one for
    /// shorter ones, of which half would be another word).
    ///
    /// An edit is a letter added, left out or replaced, or two neighbours exchanged; case, `-`, `_` and spaces do not count.
    package static func closest(to word: String, in words: [String]) -> String? {
        let wanted = folded(word)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in words {
            let letters = folded(candidate)
            let limit = max(letters.count / 3, letters.count > 4 ? 2 : 1)
            let distance = distance(wanted, letters)
            // A word of one letter is not meant by every other one.
            guard distance < max(wanted.count, letters.count) else { continue }
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// What to say of a name that nothing has: the one of `known` that was meant, else all of them; nothing where there are none.
    package static func hint(_ name: String, known: [String]) -> String? {
        if let meant = closest(to: name, in: known) { return "did you mean '\(meant)'?" }
        return known.isEmpty ? nil : "known: " + known.joined(separator: ", ")
    }

    private static func folded(_ word: String) -> [Unicode.Scalar] {
        word.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// Optimal string alignment distance: Levenshtein's with exchanges of neighbours.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let equal = left[row - 1] == right[column - 1]
                var cost = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (equal ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforePrevious[column - 2] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
