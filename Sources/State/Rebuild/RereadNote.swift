import JSONDocument
import Journal

/// The body of a `rebuild` entry that takes in what could not be read at its place and can be by now: from here on, state.db says what it would say
/// had it been there.
package struct RereadNote: Equatable, Sendable {
    let entries: EntryRanges

    init(entries: EntryRanges) { self.entries = entries }

    /// Reads the body of a `rebuild` entry; nothing when it is for something else.
    init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let entries = EntryRanges(value["again"]), !entries.isEmpty else { return nil }
        self.init(entries: entries)
    }

    /// The entry to append.
    var draft: EntryDraft {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("again")
        entries.write(to: &writer)
        writer.endObject()
        return EntryDraft(kind: .rebuild, body: writer.bytes)
    }
}
