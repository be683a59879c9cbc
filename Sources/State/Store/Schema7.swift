/// The seventh version of state.db: when drift of a source was told last, and up to which entry; what was seen before this version was told at once.
enum Schema7 {
    static let sql = """
        CREATE TABLE drift_told (source INTEGER PRIMARY KEY, entry INTEGER NOT NULL, received INTEGER NOT NULL);
        INSERT INTO drift_told SELECT source, max(first_entry), 0 FROM drift GROUP BY source;
        """
}
