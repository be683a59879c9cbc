import Adapters
import Delivery
import Digests
import FindingModel
import Journal
import State
import Synchronization
import Testing

/// Changes that came all the way: kept in a journal of segment files, projected into a state.db, and read from there.
final class ProjectedChanges: Sendable {
    let feed: StateChangeFeed
    private let journal: SegmentJournal
    private let store: StateStore
    private let projector: Projector
    private let received = Mutex(0)

    /// - Parameter folder: Where the files are made.
    init(in folder: String, clock: any DeliveryClock) async throws {
        var options = SegmentJournalOptions(directory: folder + "/journal", onFatal: { _ in })
        options.segmentBytes = 1 << 20
        options.diskReserve = DiskReserve.none
        options.clock = { clock.now }
        journal = try SegmentJournal.open(options).journal
        store = try StateStore.open(path: folder + "/state.db")
        projector = Projector(store: store, journal: journal) { NumberMapper() }
        try await projector.start()
        let source = EntrySource(journal)
        feed = StateChangeFeed(store: store, signal: projector.changes, archive: ReceiptArchive(source, configurations: ConfigurationReader(source)))
    }

    /// Receives so many findings more, and returns when each is a change.
    func receive(_ count: Int) async throws {
        let last = received.withLock { received in
            received += count
            return received
        }
        let journal = journal
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in (last - count + 1)...last {
                group.addTask { _ = try await journal.append(EntryDraft(kind: .receipt, source: "shop", body: Array("\(number)".utf8))) }
            }
            try await group.waitForAll()
        }
        await eventually { projector.lag == 0 }
    }

    func close() async {
        await projector.stop()
        await journal.stop()
        store.close()
    }
}

/// A receipt whose body is a number is a finding of its own.
private struct NumberMapper: ReceiptMapper {
    func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        let key = String(decoding: body, as: UTF8.self)
        let digest = RecordIdentity.digest(vendor: "acme", account: "main", key: key)
        var finding = Finding(
            uid: RecordIdentity.uid(.finding, digest: digest), fingerprints: Fingerprints(instance: digest.hex), title: "Finding \(key)",
            scanner: Scanner(vendorName: "Acme", name: "Acme"), firstSeenTime: entry.receivedTime, lastSeenTime: entry.receivedTime,
            raw: RawReference(receipt: entry.number, sha256: entry.bodySHA256, size: entry.bodySize))
        finding.status = .open
        let event = MappedEvent(
            key: key, kind: "found", kindRank: 0, time: nil, latestTime: nil, ignored: false, records: [.finding(finding, says: [.status, .title])], drift: [])
        return .event(event, scope: KeyScope(vendor: "acme", account: "main"))
    }

    func knows(_ source: String, generation: UInt64) -> Bool { true }
}
