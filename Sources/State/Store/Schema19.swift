/// The nineteenth version of state.db: which large entries were carried out, and up to which entry the journal's losses are known.
enum Schema19 {
    static let sql = """
        CREATE TABLE carried_out (entry INTEGER PRIMARY KEY, proof BLOB NOT NULL);
        CREATE TABLE losses (id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL);
        """
}
