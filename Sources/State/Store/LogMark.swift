import GRDB

/// What state.db says of itself in every commit, by which its main file and its write-ahead log can be told to belong together.
///
/// SQLite looks for no more than a log's own checksums: it lays the newest pages over a file that was put back from an older copy, or older pages over
/// newer ones after a bit turned amid the log, and calls that whole, though records are missing that its own position has passed.
/// The main file alone says up to which commit pages were copied into it; what it says together with its log, up to which commit the log reaches.
struct LogMark: Equatable {
    /// The opening for writing that made the commit, a random number; nothing in a file of an older version.
    var opening: Int64?
    /// Commits of the file so far.
    var commits: Int64
    /// Commits that were in the main file when the log was begun, or fewer.
    var base: Int64
    /// The opening before, and how many commits there were at its end; nothing where there was none that left its mark.
    var before: End?

    struct End: Equatable {
        var opening: Int64
        var commits: Int64
    }

    init(opening: Int64?, commits: Int64, base: Int64, before: End?) {
        self.opening = opening
        self.commits = commits
        self.base = base
        self.before = before
    }

    /// The mark in the main file or the whole that `database` shows; nothing when it is of an older version, or not made yet.
    init?(from database: Database) throws {
        let sql = "SELECT log_opening, log_commits, log_base, log_before, log_before_commits FROM projection"
        let found: CheckedRow?
        // No such table or column. GRDB's own look at the schema ends the process where that is damaged.
        do { found = try CheckedRow.fetchOne(database, sql: sql) } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR { return nil }
        guard let row = found, let opening = try row[0] as Int64? else { return nil }
        let before: Int64? = try row[3], end: Int64? = try row[4]
        let last: End? = if let before, let end { End(opening: before, commits: end) } else { nil }
        self.init(opening: opening, commits: try row[1], base: try row[2], before: last)
    }

    /// The mark of the main file at `path` alone, as it is without its log; nothing when it bears none, or cannot be read.
    static func ofMainFile(at path: String) -> LogMark? { try? ReadOnlyDatabase.openMainFile(path: path).read { try LogMark(from: $0) } ?? nil }

    /// Whether a main file that bears `main` may have come to this, the mark of the whole, by nothing but its log.
    static func fits(_ whole: LogMark?, main: LogMark?) -> Bool {
        guard let whole else { return main == nil }
        guard let main else { return whole.before == nil && whole.base == 0 }
        if main.opening == whole.opening { return whole.base...max(whole.base, whole.commits) ~= main.commits }
        // Nothing of this opening was copied into the file, which is as the one before left it.
        guard let before = whole.before, before.opening == main.opening else { return false }
        return main.commits == before.commits && whole.base == before.commits
    }

    /// Counts a commit that changes no position.
    static func count(in database: Database) throws { try database.cachedStatement(sql: "UPDATE projection SET log_commits = log_commits + 1").execute() }

    /// Everything the log held is in the main file, and the next commit begins the log anew.
    static let copied = "UPDATE projection SET log_base = log_commits, log_commits = log_commits + 1"

    /// Begins an opening, when everything the log held is in the main file.
    static func begin(_ opening: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE projection SET log_before = log_opening, log_before_commits = CASE WHEN log_opening IS NOT NULL THEN log_commits END,
                    log_opening = ?, log_base = log_commits, log_commits = log_commits + 1
                """, arguments: [opening])
    }
}
