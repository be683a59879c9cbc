/// What is left of an entry's body.
package enum EntryBody: Sendable, Equatable {
    case kept([UInt8])
    /// A person had it erased; a `decision` entry says who and why.
    case erased
    /// The bytes on disk are not those that were written.
    case unreadable

    /// The bytes, where they are kept.
    package var bytes: [UInt8]? {
        if case .kept(let bytes) = self { bytes } else { nil }
    }
}
