import Journal
import Synchronization

/// The journal's files behind the journal's port, for reading without a gateway.
final class ReadOnlyJournal: Journal {
    private let files: JournalFiles
    private let concealed = Mutex<Set<UInt64>>([])
    let tag: String
    let watermark: UInt64
    let firstNumber: UInt64

    init(_ files: JournalFiles) throws(JournalError) {
        self.files = files
        head = try files.head()
        tag = head?.tag ?? ""
        watermark = head?.number ?? 0
        firstNumber = try files.firstNumber
    }

    let head: JournalHead?
    var availability: JournalAvailability { .stopping }

    func append(_ draft: EntryDraft, token: UInt64, to receiver: any AppendReceiver) {
        receiver.appended([(token, .failure(Self.readOnly))])
    }

    func append(_ draft: EntryDraft) async throws(JournalError) -> Appended { throw Self.readOnly }

    func reader(from number: UInt64) -> any JournalReader { files.concealing(concealed.withLock { $0 }).reader(from: number) }

    func configurations() throws(JournalError) -> [Entry] { try files.configurations() }

    func waitForEntries(after number: UInt64, milliseconds: Int) -> Bool { watermark > number }

    func configure(_ content: [UInt8]) async throws(JournalError) -> UInt64 { throw Self.readOnly }

    func conceal(_ receipts: Set<UInt64>) { concealed.withLock { $0.formUnion(receipts) } }

    func finishErasing(_ receipts: Set<UInt64>) -> Set<UInt64> {
        conceal(receipts)
        return receipts
    }

    func stop() async {}

    private static let readOnly = JournalError(.stopping, "the journal is open for reading only")
}
