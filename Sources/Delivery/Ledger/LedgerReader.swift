import FindingModel
import GRDB

/// ledger.db for commands that run without a gateway: reads, and changes nothing.
///
/// Its calls block.
package struct LedgerReader: Sendable {
    private let queue: DatabaseQueue
    private let path: String

    /// Opens the file, which must be there.
    package init(path: String) throws(LedgerError) {
        self.path = path
        queue = try LedgerFile.openReadOnly(path)
    }

    /// The small file beside the ledger at `path`, which says how far that had come.
    package static func markFile(beside path: String) -> String { LedgerMark.path(beside: path) }

    /// Throws when the file at `path` is damaged: its structure, a row that is not what was written, or less than what was written last; reads all of it.
    ///
    /// A file that an older version wrote, or whose making was interrupted, is brought up to date by whoever opens it for writing.
    package static func requireWhole(path: String) throws(LedgerError) {
        try LedgerFile.checkFiles(path)
        // Its writer, if there is one, puts the mark behind the commit, so that the file shows no less.
        let mark = LedgerMark.read(beside: path)
        let queue = try LedgerFile.openReadOnly(path)
        try LedgerFile.naming(path) {
            try queue.read { database in
                if let mark { try LedgerFile.requireAll(mark, database, path) }
                try LedgerFile.requireWhole(database)
            }
        }
    }

    /// Every sink that ever ran, by name; none in a file whose first migration was never committed.
    package func positions() throws(LedgerError) -> [SinkPosition] {
        try LedgerFile.naming(path) { try queue.read { try $0.tableExists("sinks") ? try LedgerRows.positions($0) : [] } }
    }

    /// The newest rows first, at most `limit`; of one sink, or around one sequence, or both.
    package func deliveries(sink: String? = nil, around sequence: UInt64? = nil, limit: Int) throws(LedgerError) -> [DeliveryRow] {
        try LedgerFile.naming(path) { try queue.read { try LedgerRows.deliveries($0, sink: sink, around: sequence, limit: limit) } }
    }

    /// As `Ledger.types`.
    package func types() throws(LedgerError) -> [String: String] { try LedgerFile.naming(path) { try queue.read { try LedgerForgetting.types($0) } } }

    /// As `Ledger.standing`.
    func standing(of sink: String, last: UInt64?, orTickets: Bool) throws(LedgerError) -> SinkStatus? {
        try LedgerFile.naming(path) { try queue.read { try LedgerForgetting.standing(of: sink, last: last, orTickets: orTickets, $0) } }
    }

    /// How many items each sink has in each state.
    package func counts() throws(LedgerError) -> [String: [OpenItem.State: UInt64]] {
        try LedgerFile.naming(path) { try queue.read { try LedgerItems.counts($0) } }
    }

    /// How each of these sinks ended.
    package func ends(of sinks: [String]) throws(LedgerError) -> [String: SinkEnd] {
        try LedgerFile.naming(path) { try queue.read { try LedgerOutages.ends($0, of: sinks) } }
    }

    /// Replays that are not done, the oldest first.
    package func openReplays() throws(LedgerError) -> [ReplayJob] { try LedgerFile.naming(path) { try queue.read { try LedgerJobs.open($0, of: nil) } } }

    /// As `Ledger.letters`; none in a file of an older version.
    package func letters(_ query: LetterQuery) throws(LedgerError) -> LetterPage {
        try LedgerFile.naming(path) { try queue.read { try $0.tableExists("items") ? try LedgerItems.page($0, query) : LetterPage() } }
    }
}
