/// How far state.db has come while it is made again, or catches up, from the journal: until then every list lacks something.
package struct Rebuilding: Equatable, Sendable {
    /// The last entry that was projected.
    package let entry: UInt64
    /// The entry at which it is whole.
    package let end: UInt64

    /// Nothing when `entry` has reached `end`.
    package init?(entry: UInt64, of end: UInt64) {
        guard entry < end else { return nil }
        self.entry = entry
        self.end = end
    }

    /// Reads `text`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let entry = UInt64(parts[0]), let end = UInt64(parts[1]) else { return nil }
        self.init(entry: entry, of: end)
    }

    /// `120/4000`
    package var text: String { "\(entry)/\(end)" }

    /// What to do about an answer that lacks something.
    package static let hint = "ask again when the projector has caught up; weir serve goes on with it"

    /// `rebuilding, 120 of 4000`
    package var words: String { "rebuilding, \(entry) of \(end)" }
}
