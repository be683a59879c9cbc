/// The first version of state.db.
///
/// Integer keys in order of arrival keep writes at the tables' ends; only `records.uid` and `event_key_index` are random, and the
/// latter is filled in order of keys.
/// Times are milliseconds since 1970. All of it is derived from the journal's entries alone.
enum Schema1 {
    static let sql = """
        CREATE TABLE projection (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            entry INTEGER NOT NULL,
            received INTEGER NOT NULL,
            tag TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            receipts INTEGER NOT NULL
        );
        INSERT INTO projection VALUES (1, 0, 0, '', 0, 0);

        CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

        CREATE TABLE records (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL UNIQUE,
            kind INTEGER NOT NULL,
            source INTEGER NOT NULL,
            known INTEGER NOT NULL,
            status INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            received INTEGER NOT NULL,
            state BLOB NOT NULL,
            data BLOB
        );
        CREATE INDEX records_by_status ON records (kind, known, status, severity);

        CREATE TABLE changes (
            sequence INTEGER PRIMARY KEY,
            tag TEXT NOT NULL,
            entry INTEGER NOT NULL,
            number INTEGER NOT NULL,
            type TEXT NOT NULL,
            kind INTEGER NOT NULL,
            source INTEGER NOT NULL,
            record INTEGER NOT NULL,
            subject TEXT NOT NULL,
            time INTEGER NOT NULL,
            received INTEGER NOT NULL,
            evidence_entry INTEGER,
            evidence_generation INTEGER,
            data BLOB NOT NULL
        );
        CREATE INDEX changes_by_record ON changes (record);

        CREATE TABLE events (
            entry INTEGER PRIMARY KEY,
            source INTEGER NOT NULL,
            received INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            kind TEXT,
            key TEXT,
            first INTEGER,
            changes INTEGER NOT NULL
        );
        CREATE TABLE event_keys (entry INTEGER PRIMARY KEY, received INTEGER NOT NULL, digest BLOB NOT NULL);
        CREATE TABLE event_key_index (digest BLOB PRIMARY KEY, entry INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE event_key_merge (id INTEGER PRIMARY KEY CHECK (id = 1), indexed INTEGER NOT NULL, merging INTEGER NOT NULL, cursor BLOB);
        INSERT INTO event_key_merge VALUES (1, 0, 0, NULL);

        CREATE TABLE counters (
            source INTEGER NOT NULL,
            outcome INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (source, outcome)
        ) WITHOUT ROWID;
        CREATE TABLE drift (
            source INTEGER NOT NULL,
            kind TEXT NOT NULL,
            place TEXT NOT NULL,
            count INTEGER NOT NULL,
            first_entry INTEGER NOT NULL,
            last_entry INTEGER NOT NULL,
            last_received INTEGER NOT NULL,
            PRIMARY KEY (source, kind, place)
        ) WITHOUT ROWID;

        CREATE TABLE quarantined (receipt INTEGER PRIMARY KEY, entry INTEGER NOT NULL, deaths INTEGER NOT NULL, reason TEXT NOT NULL);
        CREATE TABLE voids (
            entry INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            beginning INTEGER NOT NULL,
            end INTEGER NOT NULL,
            reason TEXT NOT NULL
        );
        CREATE TABLE skipped (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
        CREATE TABLE rebuilds (entry INTEGER PRIMARY KEY, generation INTEGER NOT NULL, uid TEXT NOT NULL, changes INTEGER NOT NULL);
        """
}
