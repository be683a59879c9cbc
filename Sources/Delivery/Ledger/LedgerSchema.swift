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
        migrator.registerMigration("3") { database in
            // `open` counts the rows of `items`; `revision` counts writes, so that one that succeeded although it was reported as failed is known.
            try database.execute(
                sql: """
                    CREATE TABLE counted_sinks (
                        name TEXT NOT NULL PRIMARY KEY,
                        start INTEGER NOT NULL,
                        cursor INTEGER NOT NULL,
                        anchor TEXT,
                        delivered INTEGER NOT NULL,
                        filtered INTEGER NOT NULL,
                        superseded INTEGER NOT NULL,
                        expired INTEGER NOT NULL,
                        dropped INTEGER NOT NULL,
                        open INTEGER NOT NULL,
                        vanished INTEGER NOT NULL,
                        revision INTEGER NOT NULL,
                        CHECK (cursor - start + vanished = delivered + filtered + superseded + expired + dropped + open)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO counted_sinks SELECT name, start, cursor, anchor, delivered, filtered, 0, expired, 0, 0, vanished, 0 FROM sinks;
                    DROP TABLE sinks;
                    ALTER TABLE counted_sinks RENAME TO sinks;
                    CREATE TABLE items (
                        id INTEGER PRIMARY KEY,
                        sink TEXT NOT NULL REFERENCES sinks (name),
                        sequence INTEGER NOT NULL,
                        change TEXT NOT NULL,
                        uid TEXT NOT NULL,
                        type TEXT NOT NULL,
                        state INTEGER NOT NULL,
                        attempts INTEGER NOT NULL,
                        since INTEGER NOT NULL,
                        next INTEGER NOT NULL,
                        waited INTEGER NOT NULL,
                        status INTEGER,
                        words TEXT,
                        UNIQUE (sink, sequence)
                    ) STRICT;
                    CREATE INDEX items_by_state ON items (sink, state, sequence);
                    """)
        }
        migrator.registerMigration("4") { database in
            try database.execute(
                sql: """
                    CREATE TABLE tickets (
                        sink TEXT NOT NULL,
                        uid TEXT NOT NULL,
                        mark TEXT NOT NULL,
                        state INTEGER NOT NULL,
                        intended INTEGER NOT NULL,
                        created INTEGER,
                        remote_id TEXT,
                        remote_key TEXT,
                        url TEXT,
                        applied INTEGER NOT NULL,
                        shown TEXT,
                        PRIMARY KEY (sink, uid)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX tickets_by_creation ON tickets (sink, created);
                    CREATE INDEX tickets_by_state ON tickets (sink, state);
                    """)
        }
        migrator.registerMigration("5") { database in
            try database.execute(
                sql: """
                    CREATE TABLE jobs (
                        id INTEGER PRIMARY KEY,
                        sink TEXT NOT NULL,
                        first INTEGER NOT NULL,
                        last INTEGER NOT NULL,
                        types TEXT NOT NULL,
                        rate INTEGER,
                        created INTEGER NOT NULL,
                        who TEXT NOT NULL,
                        cursor INTEGER NOT NULL,
                        delivered INTEGER NOT NULL,
                        filtered INTEGER NOT NULL,
                        refused INTEGER NOT NULL,
                        words TEXT
                    ) STRICT;
                    """)
        }
        migrator.registerMigration("6") { database in
            // How often a request with nothing but this change failed while others were taken, and since when.
            try database.execute(
                sql: """
                    ALTER TABLE items ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE items ADD COLUMN failed INTEGER;
                    """)
        }
        migrator.registerMigration("7") { database in
            // What is done above a cursor, and since when a sink is in an outage.
            try database.execute(
                sql: """
                    ALTER TABLE jobs ADD COLUMN wanted INTEGER;
                    ALTER TABLE deliveries ADD COLUMN last_change TEXT;
                    ALTER TABLE tickets ADD COLUMN applied_change TEXT;
                    CREATE TABLE done (
                        sink TEXT NOT NULL,
                        sequence INTEGER NOT NULL,
                        change TEXT NOT NULL,
                        superseded INTEGER NOT NULL,
                        PRIMARY KEY (sink, sequence)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE outages (
                        sink TEXT NOT NULL PRIMARY KEY,
                        since INTEGER NOT NULL,
                        paused INTEGER NOT NULL,
                        status INTEGER,
                        words TEXT NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("8") { database in
            // How many of the dropped changes had their receipts erased.
            try database.execute(sql: "ALTER TABLE sinks ADD COLUMN erased INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("9") { database in
            // Which entries' changes a replay is about, beside the stretch of the row they stand in.
            try database.execute(sql: "ALTER TABLE jobs ADD COLUMN beginning TEXT; ALTER TABLE jobs ADD COLUMN end TEXT")
        }
        migrator.registerMigration("10") { database in
            // Where a replay stands by changes' ids; and which request to a sink was the newest, whatever sequences other rows of changes had.
            try database.execute(
                sql: """
                    ALTER TABLE jobs ADD COLUMN anchor TEXT;
                    ALTER TABLE jobs ADD COLUMN last_change TEXT;
                    DROP INDEX deliveries_by_sequence;
                    CREATE INDEX deliveries_by_sink ON deliveries (sink);
                    """)
        }
        migrator.registerMigration("11") { database in
            // The changes of a replay that failed alone and are tried again.
            try database.execute(sql: "ALTER TABLE jobs ADD COLUMN waiting TEXT NOT NULL DEFAULT '[]'")
        }
        migrator.registerMigration("12") { database in
            // What shows that a row is the one that was written; the sums over all rows come with the tables that the last migration makes.
            try database.execute(sql: "ALTER TABLE deliveries ADD COLUMN seal INTEGER")
        }
        migrator.registerMigration("13") { database in
            // Of a replay, the changes that wait aside, with how often they were tried, and those above its cursor that are done (state 0); when a person
            // ended it; and how often a sink failed in the outage that it is in.
            try LedgerSeal.remove(from: database)
            try database.execute(
                sql: """
                    CREATE TABLE replay_rows (
                        job INTEGER NOT NULL,
                        sink TEXT NOT NULL,
                        sequence INTEGER NOT NULL,
                        change TEXT NOT NULL,
                        uid TEXT NOT NULL,
                        type TEXT NOT NULL,
                        state INTEGER NOT NULL,
                        attempts INTEGER NOT NULL,
                        since INTEGER NOT NULL,
                        next INTEGER NOT NULL,
                        PRIMARY KEY (job, sequence)
                    ) STRICT, WITHOUT ROWID;
                    INSERT OR IGNORE INTO replay_rows
                        SELECT jobs.id, jobs.sink, value ->> 0, value ->> 1, value ->> 1, '', 1, 1, jobs.created, 0 FROM jobs, json_each(jobs.waiting);
                    ALTER TABLE jobs ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
                    UPDATE jobs SET waits = json_array_length(waiting);
                    ALTER TABLE jobs DROP COLUMN waiting;
                    ALTER TABLE jobs ADD COLUMN cancelled INTEGER;
                    ALTER TABLE outages ADD COLUMN failures INTEGER NOT NULL DEFAULT 1;
                    """)
        }
        migrator.registerMigration("14") { database in
            // The receipts that are erased here and in state.db: what a process that ended left undone is done by the next.
            try database.execute(sql: "CREATE TABLE erasures (receipt INTEGER PRIMARY KEY) STRICT")
        }
        migrator.registerMigration("15") { database in
            // Of a change that a replay holds aside, the tries between which others were taken; and of a sink that keeps one state of each record, the change
            // by which it has it. What was told before is known by the sink's cursor alone: the row without a uid says where that stood.
            try LedgerSeal.remove(from: database)
            try database.execute(
                sql: """
                    ALTER TABLE replay_rows ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE replay_rows ADD COLUMN failed INTEGER;
                    CREATE TABLE told (
                        sink TEXT NOT NULL,
                        uid TEXT NOT NULL,
                        change TEXT NOT NULL,
                        PRIMARY KEY (sink, uid)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO told SELECT name, '', anchor FROM sinks WHERE anchor IS NOT NULL;
                    """)
        }
        migrator.registerMigration("16") { database in
            // How far the file had come in its last opening.
            try database.execute(
                sql: "CREATE TABLE mark (id INTEGER PRIMARY KEY CHECK (id = 1), opening INTEGER NOT NULL, commits INTEGER NOT NULL) STRICT")
        }
        migrator.registerMigration("17") { database in
            // Which kind of system a sink is, so that one by another name is known for it; and when a person gave up one that had left the configuration.
            // What is damaged must not be sealed anew as it is.
            if try database.tableExists("seals") { try LedgerSeal.verify(database) }
            try LedgerSeal.remove(from: database)
            try database.execute(sql: "ALTER TABLE sinks ADD COLUMN type TEXT; ALTER TABLE sinks ADD COLUMN forgotten INTEGER")
            try LedgerSeal.make(in: database)
        }
        return migrator
    }()
}
