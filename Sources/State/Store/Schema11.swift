/// The eleventh version of state.db: what the gateway's own notices have told, and by which rules entries are projected.
enum Schema11 {
    static let sql = """
        ALTER TABLE projection ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE notices_told (
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            received INTEGER NOT NULL,
            waiting INTEGER NOT NULL,
            newest BLOB,
            PRIMARY KEY (kind, subject)
        ) WITHOUT ROWID;
        """
}
