import Digests
import GRDB
import Glibc
import Journal
import State

/// How far ledger.db had come when it was written last: in the file, as part of every commit, and in a small file beside it.
///
/// SQLite passes over a write-ahead log from the first bit on that turned in it, and takes one that was cut or lost for one that ended there: what it then
/// shows is whole, and older than what was acknowledged. Nothing in the file can tell; the file beside it can. It is written behind each commit and not
/// synchronised, so that after a power cut it may be behind, and is never ahead.
struct LedgerMark: Equatable, Sendable {
    /// The opening for writing that made the commit, a random number: a copy that was put back is of another, and is taken as it is.
    var opening: Int64
    /// Commits of that opening.
    var commits: Int64

    private static let bytes = 20

    static func path(beside ledger: String) -> String { ledger + "-mark" }

    /// What the file beside the ledger says; nothing where there is none that is whole.
    static func read(beside ledger: String) -> LedgerMark? {
        guard let descriptor = try? OwnFile.open(path(beside: ledger), O_RDONLY) else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.bytes)
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
        let mark = bytes.withUnsafeBytes { LedgerMark(opening: $0.loadUnaligned(as: Int64.self), commits: $0.loadUnaligned(fromByteOffset: 8, as: Int64.self)) }
        return mark.encoded == bytes ? mark : nil
    }

    /// What cannot be written down is missing from the next look, and nothing else.
    func write(beside ledger: String) {
        guard let descriptor = try? OwnFile.open(Self.path(beside: ledger), O_RDWR | O_CREAT, replacing: true) else { return }
        defer { close(descriptor) }
        let bytes = encoded
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    private var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for number in [opening, commits] { withUnsafeBytes(of: number) { bytes += $0 } }
        let sum = CRC32C.checksum(bytes)
        withUnsafeBytes(of: sum) { bytes += $0 }
        return bytes
    }

    /// The mark that `database` shows; nothing in a file of an older version, or an empty one.
    static func known(_ database: Database) throws -> LedgerMark? {
        guard try database.tableExists("mark") else { return nil }
        return try CheckedRow.fetchOne(database, sql: "SELECT opening, commits FROM mark").map { try LedgerMark(opening: $0[0], commits: $0[1]) }
    }

    /// Whether what the file shows may be all that was written, where `self` stands beside it.
    ///
    /// - Parameter isEmpty: Whether the file, which was there, shows no table at all.
    func allows(_ known: LedgerMark?, isEmpty: Bool) -> Bool {
        guard let known else { return !isEmpty }
        return known.opening != opening || known.commits >= commits
    }

    /// Begins an opening.
    static func begin(_ opening: Int64, in database: Database) throws -> LedgerMark {
        try database.execute(sql: "INSERT OR REPLACE INTO mark VALUES (1, ?, 0)", arguments: [opening])
        return LedgerMark(opening: opening, commits: 0)
    }

    /// Counts the commit that it is part of.
    static func advance(in database: Database) throws -> LedgerMark? {
        let statement = try database.cachedStatement(sql: "UPDATE mark SET commits = commits + 1 RETURNING opening, commits")
        return try CheckedRow.fetchOne(statement).map { try LedgerMark(opening: $0[0], commits: $0[1]) }
    }
}
