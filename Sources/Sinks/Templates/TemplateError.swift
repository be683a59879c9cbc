/// Why a text is no template.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One clause.
    package let message: String
    /// What to write instead, where that can be told.
    package let hint: String?

    package var description: String { message }
}
