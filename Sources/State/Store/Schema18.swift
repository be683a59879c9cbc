/// The eighteenth version of state.db: the tags that changes bear which were made once more, and the entries of which this state.db made them so; no
/// entry is taken in twice any more.
enum Schema18 {
    static let sql = """
        CREATE TABLE remakings (number INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE, after INTEGER NOT NULL, last INTEGER NOT NULL);
        INSERT INTO remakings (tag, after, last) SELECT tag, 0, last FROM remade;
        DROP TABLE remade;
        DROP TABLE taken;
        """
}
