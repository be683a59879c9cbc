/// The thirteenth version of state.db: up to which entry changes were made again by other rules than at first, and the tag that they bear.
enum Schema13 {
    static let sql = "CREATE TABLE remade (id INTEGER PRIMARY KEY CHECK (id = 1), last INTEGER NOT NULL, tag TEXT NOT NULL)"
}
