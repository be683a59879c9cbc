import CurlTransport
import Delivery
import Ingest
import Journal
import State

/// Everything that runs in a gateway; each part is nothing before its start.
struct GatewayParts: Sendable {
    let folder: DataFolder
    var journal: SegmentJournal?
    var store: StateStore?
    var ledger: Ledger?
    var projector: Projector?
    var checkpoints: Checkpoints?
    var transport: CurlTransport?
    var delivery: DeliveryService?
    var retention: LedgerRetention?
    var ingest: IngestServer?
    var console: ConsoleAssembly?
    var notices: NoticeService?
    var tallies: TallyKeeper?
    /// Finishes erasures that an earlier process was stopped amid.
    var erasures: Task<Void, Never>?

    init(folder: DataFolder) { self.folder = folder }

    /// Stops what was started: first what takes from outside, then what reads the journal, at last the files.
    func stop(ingest ingestGrace: Duration, delivery deliveryGrace: Duration) async {
        await ingest?.stop(within: ingestGrace)
        await tallies?.stop()
        checkpoints?.stop()
        erasures?.cancel()
        await console?.stop()
        await notices?.stop()
        await erasures?.value
        await projector?.stop()
        await delivery?.stop(within: deliveryGrace)
        await retention?.stop()
        await transport?.shutdown()
        await journal?.stop()
        store?.close()
        await ledger?.close()
        folder.release()
    }
}
