/// Something in an event that its adapter does not know: counted, kept, shown, never an error.
package struct Drift: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A kind of event that the adapter neither maps nor ignores.
        case kind
        /// A member that stands in no path.
        case field
        /// A word that a `map` does not have.
        case `enum`
        /// A value that its field cannot read, and that nothing else read.
        case type
        /// A string that should hold JSON and does not.
        case json
        /// An event or a record without its key.
        case key
    }

    package var kind: Kind
    /// A path of the document, with the word after a colon for `enum`; the kind's word for `kind`.
    package var place: String

    package init(kind: Kind, place: String) {
        self.kind = kind
        self.place = place
    }
}
