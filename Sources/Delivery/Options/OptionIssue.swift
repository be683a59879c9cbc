/// One thing that is wrong with an option.
package struct OptionIssue: Hashable, Sendable {
    /// A step towards the place.
    package enum Step: Hashable, Sendable {
        case member(String)
        /// An element of a list, from 0.
        case element(Int)
    }

    /// From the options' own mapping to the value that is wrong; empty for the mapping as a whole, when something is missing.
    package let path: [Step]
    /// Whether the last member's name is what is wrong, and not its value.
    package let isAboutName: Bool
    /// One sentence without a full stop; never a secret.
    package let message: String
    /// The words that would have been right, for a guess at what was meant.
    package let knownWords: [String]

    package init(path: [Step], isAboutName: Bool = false, message: String, knownWords: [String] = []) {
        self.path = path
        self.isAboutName = isAboutName
        self.message = message
        self.knownWords = knownWords
    }
}

/// Everything that is wrong with some options, in the order found.
package struct OptionIssues: Error, Hashable, Sendable {
    package let issues: [OptionIssue]

    package init(_ issues: [OptionIssue]) { self.issues = issues }
}
