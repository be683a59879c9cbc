/// The fifth version of state.db: how far a large entry has been worked off, and, in a shadow, what the receipts of a void had to do with.
enum Schema5 {
    static let sql = """
        CREATE TABLE parts (id INTEGER PRIMARY KEY CHECK (id = 1), entry INTEGER NOT NULL, place TEXT NOT NULL, changes INTEGER NOT NULL);
        INSERT INTO parts SELECT 1, max(r.entry), r.uid, r.changes FROM rebuilds r, projection p WHERE r.entry > p.entry HAVING count(*) > 0;
        DELETE FROM rebuilds WHERE entry > (SELECT entry FROM projection);
        CREATE TABLE touched (uid TEXT PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE touched_keys (digest BLOB PRIMARY KEY) WITHOUT ROWID;
        """
}
