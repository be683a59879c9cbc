/// The fourteenth version of state.db: which receipts had bodies that the journal could not read, and what proves a change to be the one that was written.
///
/// Changes of an older version have no seal.
enum Schema14 {
    static let sql = """
        CREATE TABLE unread (entry INTEGER PRIMARY KEY);
        ALTER TABLE changes ADD COLUMN seal INTEGER;
        """
}
