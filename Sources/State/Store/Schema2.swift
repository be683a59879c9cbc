/// The second version of state.db: which entry the position stands at, and which tag was in force where, so that a journal that lost its end is
/// recognised even when the lost numbers were given again.
enum Schema2 {
    static let sql = """
        ALTER TABLE projection ADD COLUMN proof BLOB;
        CREATE TABLE tags (entry INTEGER PRIMARY KEY, tag TEXT NOT NULL);
        INSERT INTO tags SELECT entry, tag FROM projection WHERE tag != '';
        """
}
