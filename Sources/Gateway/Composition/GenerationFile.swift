import Digests
import Glibc
import JSONDocument
import Journal

/// Remembers which entry of the journal holds the projection configuration in force, so that a start finds it without reading the journal.
///
/// Only a shortcut: what it says is compared with the entry itself, and without it the configuration is written once more.
struct GenerationFile {
    let path: String

    init(_ storage: StorageSettings) { path = storage.data + "/generation" }

    /// The number of the `config` entry with exactly this `content`, when the file knows one that the journal still has.
    func generation(of content: [UInt8], in journal: any Journal) -> UInt64? {
        guard case .success(let bytes) = FilePaths.contents(of: path, limit: 4096), let value = try? JSONValue(parsing: bytes),
            let number = value["entry"]?.stringValue.flatMap({ UInt64($0) }), value["tag"]?.stringValue == journal.tag,
            number >= journal.firstNumber, number <= journal.watermark
        else { return nil }
        var reader = journal.reader(from: number)
        guard let entry = try? reader.next(limit: 1, maxBytes: 1).first, entry.number == number, entry.kind == .config else { return nil }
        return entry.body.bytes == content ? number : nil
    }

    /// The number of the `config` entry with exactly this `content`: the one that the file knows, otherwise one that is appended now.
    func entry(of content: [UInt8], in journal: any Journal) async throws(JournalError) -> UInt64 {
        if let number = generation(of: content, in: journal) { return number }
        let appended = try await journal.append(EntryDraft(kind: .config, body: content))
        remember(appended.number, tag: journal.tag)
        return appended.number
    }

    /// Writes down that entry `number` holds the configuration; a failure costs only an equal entry at the next start.
    func remember(_ number: UInt64, tag: String) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("entry")
        writer.string(String(number))
        writer.key("tag")
        writer.string(tag)
        writer.endObject()
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let written = writer.bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        if written == writer.bytes.count { rename(temporary, path) }
    }
}
