/// The eighth version of state.db: whether a change tells an older time than one of its record before it.
enum Schema8 {
    static let sql = "ALTER TABLE changes ADD COLUMN late INTEGER NOT NULL DEFAULT 0"
}
