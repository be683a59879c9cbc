import GRDB

/// The tables of ledger.db, by numbered steps that are never changed once released.
enum LedgerSchema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE sinks (
                        name TEXT NOT NULL PRIMARY KEY,
                        start INTEGER NOT NULL,
                        cursor INTEGER NOT NULL,
                        delivered INTEGER NOT NULL,
                        filtered INTEGER NOT NULL,
                        expired INTEGER NOT NULL,
                        CHECK (cursor - start = delivered + filtered + expired)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE deliveries (
                        id INTEGER PRIMARY KEY,
                        sink TEXT NOT NULL REFERENCES sinks (name),
                        first_sequence INTEGER NOT NULL,
                        last_sequence INTEGER NOT NULL,
                        count INTEGER NOT NULL,
                        sequences TEXT,
                        time INTEGER NOT NULL,
                        status INTEGER,
                        remote_id TEXT
                    ) STRICT;
                    CREATE INDEX deliveries_by_sequence ON deliveries (sink, last_sequence);
                    """)
        }
        migrator.registerMigration("2") { database in
            // A sequence alone says nothing when state.db was made again with other changes in the row.
            try database.execute(
                sql: """
                    CREATE TABLE anchored_sinks (
                        name TEXT NOT NULL PRIMARY KEY,
                        start INTEGER NOT NULL,
                        cursor INTEGER NOT NULL,
                        anchor TEXT,
                        delivered INTEGER NOT NULL,
                        filtered INTEGER NOT NULL,
                        expired INTEGER NOT NULL,
                        vanished INTEGER NOT NULL,
                        CHECK (cursor - start + vanished = delivered + filtered + expired)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO anchored_sinks SELECT name, start, cursor, NULL, delivered, filtered, expired, 0 FROM sinks;
                    DROP TABLE sinks;
                    ALTER TABLE anchored_sinks RENAME TO sinks;
                    """)
        }
        return migrator
    }()
}
