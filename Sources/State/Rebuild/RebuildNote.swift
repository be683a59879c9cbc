import JSONDocument
import Journal

/// The body of a `rebuild` entry: from here on, state.db says what it would say if every earlier receipt had been mapped with one configuration.
package struct RebuildNote: Equatable, Sendable {
    /// The number of the `config` entry to map with.
    package let generation: UInt64

    package init(generation: UInt64) { self.generation = generation }

    /// Reads the body of a `rebuild` entry; nothing unless it names a configuration.
    package init?(parsing body: [UInt8]) {
        guard let generation = (try? JSONValue(parsing: body))?["generation"]?.unsignedValue else { return nil }
        self.init(generation: generation)
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("generation")
        writer.unsigned(generation)
        writer.endObject()
        return writer.bytes
    }

    /// The entry to append, so that the projector rebuilds.
    package var draft: EntryDraft { EntryDraft(kind: .rebuild, generation: generation, body: bytes) }
}
