import JSONDocument
import Journal

/// The body of a `notice` entry that says which entries could not be read when they were projected.
///
/// Whatever is projected again leaves them out at their place, though they may be readable by then, and takes them in where a `RereadNote` says so:
/// so what was told of later entries is told again with the same ids.
struct UnreadNote: Equatable, Sendable {
    private static let kind = "unreadable_entries"
    /// Ranges in one note, so that a notice stays short.
    private static let rangesMax = 100

    let entries: EntryRanges
    /// The large entry that was carried out: at their own place they had been read.
    let during: UInt64?

    init(entries: EntryRanges, during: UInt64? = nil) {
        self.entries = entries
        self.during = during
    }

    /// Notes that say so of all of `entries`.
    static func notes(of entries: EntryRanges, during: UInt64?) -> [UnreadNote] {
        stride(from: 0, to: entries.ranges.count, by: rangesMax).map {
            UnreadNote(entries: EntryRanges(Array(entries.ranges.dropFirst($0).prefix(rangesMax))), during: during)
        }
    }

    /// Reads the body of a `notice` entry; nothing when it says something else.
    init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), value["kind"]?.stringValue == Self.kind, let details = value["details"],
            let entries = EntryRanges(details["missing"])
        else { return nil }
        self.init(entries: entries, during: details["during"]?.unsignedValue)
    }

    var notice: GatewayNotice {
        GatewayNotice(kind: Self.kind, summary: words) { writer in
            writer.key("missing")
            entries.write(to: &writer)
            guard let during else { return }
            writer.key("during")
            writer.unsigned(during)
        }
    }

    /// What is said of them, in a sentence.
    var words: String {
        let first = entries.ranges.first?.lowerBound ?? 0, count = entries.count
        let what = count == 1 ? "Entry \(first) of the journal" : "\(count) entries of the journal, from \(first) on,"
        return """
            \(what) cannot be read: what \(count == 1 ? "it" : "they") said is missing until a segment that holds them is put back \
            ('weir journal verify' names the place; a start takes in what can be read again)
            """
    }
}
