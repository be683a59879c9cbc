/// Where a value stands: `$.content.id` from the document's root, `.id` from the item that `each` gives; `$` and `.` themselves.
///
/// Paths walk through arrays by themselves: a step applies to every element of an array, and of the arrays in it.
package struct Path: Hashable, Sendable {
    /// Where a path begins.
    package enum Root: Sendable {
        /// `$`
        case document
        /// `.`
        case item
    }

    /// One member name of a path.
    package struct Step: Hashable, Sendable {
        /// As the manifest wrote it, without quotes.
        package var name: String
        /// Written with two dots: the name counts at any depth below, not only in the next object.
        package var anyDepth: Bool

        package init(name: String, anyDepth: Bool = false) {
            self.name = name
            self.anyDepth = anyDepth
        }
    }

    package var root: Root
    package var steps: [Step]

    package init(root: Root, steps: [Step] = []) {
        self.root = root
        self.steps = steps
    }

    /// Whether a step has two dots.
    package var hasAnyDepth: Bool { steps.contains { $0.anyDepth } }

    /// The path as a manifest writes it.
    package var text: String {
        var text = root == .document ? "$" : ""
        for step in steps { text += (step.anyDepth ? ".." : ".") + PathText.written(step.name) }
        return text.isEmpty ? "." : text
    }

    /// The path that `text` spells; why it spells none otherwise.
    package static func parse(_ text: String) -> Result<Path, PathError> { PathText.parse(text) }

    /// Whether a person who wrote `text` meant a path.
    package static func isPath(_ text: String) -> Bool { text.utf8.first == UInt8(ascii: "$") || text.utf8.first == UInt8(ascii: ".") }
}

/// Why a text is no path.
package struct PathError: Error, Equatable, Sendable {
    /// One sentence without a full stop.
    package let message: String
    package let hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
