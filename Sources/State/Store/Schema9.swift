/// The ninth version of state.db: which receipts a change's words come from, whether its own receipt was erased, and which receipts were.
enum Schema9 {
    static let sql = """
        ALTER TABLE changes ADD COLUMN origins BLOB;
        ALTER TABLE changes ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE erasures (receipt INTEGER PRIMARY KEY);
        """
}
