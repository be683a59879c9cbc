/// The nineteenth version of state.db: which entries other than receipts were taken in, behind which one that is known, and up to which entry the journal's losses are known.
enum Schema19 {
    static let sql = """
        CREATE TABLE own_entries (entry INTEGER PRIMARY KEY, proof BLOB NOT NULL);
        CREATE TABLE own_entries_known (id INTEGER PRIMARY KEY CHECK (id = 1), after INTEGER NOT NULL);
        INSERT INTO own_entries_known SELECT 1, entry FROM projection;
        CREATE TABLE losses (id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL);
        """
}
