/// The sixth version of state.db: event keys hold the kind of their event; up to which entry they do not.
enum Schema6 {
    static let sql = """
        CREATE TABLE event_key_form (id INTEGER PRIMARY KEY CHECK (id = 1), last_without_kind INTEGER NOT NULL);
        INSERT INTO event_key_form SELECT 1, coalesce(max(entry), 0) FROM event_keys;
        """
}
