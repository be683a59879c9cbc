import Foundation
import GRDB
import Testing

@testable import State

/// Opening state.db, and what is promised about it.
struct StateStoreTests {
    @Test func committedTransactionsSurviveAPowerCut() throws {
        let folder = try TemporaryFolder()
        let store = try StateStore.open(path: folder.file("state.db"))
        #expect(try store.withWriter { try StateStore.synchronous($0) } == 2)
        #expect(try store.withWriter { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        try store.reopen()
        #expect(try store.withWriter { try StateStore.synchronous($0) } == 2)
    }

    @Test func nobodyElseCanReadItOrItsSideFiles() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        func modes() throws -> [String: Int] {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            return try names.reduce(into: [:]) {
                $0[$1] = try FileManager.default.attributesOfItem(atPath: folder.file($1))[.posixPermissions] as? Int
            }
        }
        let store = try StateStore.open(path: path)
        try store.withWriter { try $0.execute(sql: "UPDATE projection SET entry = 1") }
        #expect(try modes() == ["state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600])
        store.close()
        // As an older version made it.
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let again = try StateStore.open(path: path)
        try again.withWriter { try $0.execute(sql: "UPDATE projection SET entry = 2") }
        #expect(try modes() == ["state.db": 0o600, "state.db-wal": 0o600, "state.db-shm": 0o600])
        again.close()
    }

    @Test func readersCannotWrite() throws {
        let folder = try TemporaryFolder()
        let store = try StateStore.open(path: folder.file("state.db"))
        #expect(throws: StateError.self) { try store.read { try $0.execute(sql: "DELETE FROM records") } }
    }

    @Test func fileOfANewerVersionIsRefusedAndNotTouched() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        let store = try StateStore.open(path: path)
        try store.withWriter { try $0.execute(sql: "PRAGMA user_version = \(Migrations.newest + 1)") }
        store.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let error = #expect(throws: StateError.self) { try StateStore.open(path: path) }
        #expect(error?.code == .newerVersion)
        #expect(error?.message.contains("newer version") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state.db"])
    }

    @Test func otherFilesAreRefusedAndNotTouched() throws {
        let folder = try TemporaryFolder()
        let text = folder.file("text.db"), foreign = folder.file("foreign.db")
        try Data("certainly no database, but long enough to be read as the first page of one: \(String(repeating: "x", count: 200))".utf8)
            .write(to: URL(fileURLWithPath: text))
        let queue = try DatabaseQueue(path: foreign)
        try queue.write { try $0.execute(sql: "PRAGMA application_id = 7; CREATE TABLE t (a)") }
        try queue.close()
        for path in [text, foreign] {
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            let error = #expect(throws: StateError.self) { try StateStore.open(path: path) }
            #expect(error?.code == (path == foreign ? .notAStateDatabase : .corrupt))
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
        #expect(throws: StateError.self) { try StateStore.open(path: folder.file("missing/state.db")) }
    }

    @Test func openingForReadingLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        #expect(throws: StateError.self) { try StateStore.openReadOnly(path: path) }
        try StateStore.open(path: path).close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state.db"])
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let store = try StateStore.openReadOnly(path: path)
        #expect(try store.read { try Position(from: $0) }.entry == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["state.db"])
        store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(throws: StateError.self) { try store.withWriter { _ in } }
    }

    @Test func fileOfAnOlderVersionIsBroughtUpToDateByTheWriterOnly() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: Schema1.sql)
            try database.execute(sql: "UPDATE projection SET entry = 7, tag = 'abcdefgh'")
            try database.execute(sql: "PRAGMA application_id = \(DatabaseHeader.applicationID); PRAGMA user_version = 1; PRAGMA journal_mode = wal")
        }
        try queue.close()
        let error = #expect(throws: StateError.self) { try StateStore.openReadOnly(path: path) }
        #expect(error?.code == .olderVersion)
        #expect(try StateStore.isMade(path: path))
        try StateStore.open(path: path).close()
        let position = try StateStore.openReadOnly(path: path).read { try Position(from: $0) }
        #expect(position.entry == 7 && position.tag == "abcdefgh" && position.proof == nil)
    }

    @Test func voidsOfAnOlderVersionTookBackWhatIsLeftOut() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            for step in Migrations.steps where step.number <= 15 { try database.execute(sql: step.sql) }
            try database.execute(sql: "INSERT INTO sources VALUES (1, 'shop'), (2, 'site')")
            // Receipts 1 to 3 count, 4 to 6 are left out; the clock was 5 ms behind for all.
            for entry in 1...6 {
                try database.execute(
                    sql: "INSERT INTO events (entry, source, received, outcome, changes, wall) VALUES (?, 1, ?, ?, 0, ?)",
                    arguments: [entry, entry * 100, entry < 4 ? 1 : 4, entry * 100 - 5])
            }
            // By receipt time, wall time and number; each once with the last receipt that counts and once without.
            for (entry, from, to, by) in [(10, 300, 700, 0), (11, 301, 700, 0), (12, 295, 700, 1), (13, 296, 700, 1), (14, 3, 6, 2), (15, 4, 6, 2)] {
                try database.execute(
                    sql: "INSERT INTO voids (entry, source, beginning, end, reason, beginning_by, end_by) VALUES (?, 'shop', ?, ?, '', ?, ?)",
                    arguments: [entry, from, to, by, by])
            }
            // It decides about what comes after it, or about nobody's receipts.
            try database.execute(sql: "INSERT INTO voids (entry, source, beginning, end, reason) VALUES (2, 'shop', 300, 400, ''), (16, 'site', 0, 999, '')")
            try database.execute(
                sql: "PRAGMA application_id = \(DatabaseHeader.applicationID); PRAGMA user_version = 15; PRAGMA journal_mode = wal")
        }
        try queue.close()
        try StateStore.open(path: path).close()
        let waiting = try StateStore.openReadOnly(path: path).read { try VoidDecision.all(in: $0).filter { !$0.decision.reachesBack }.map(\.entry) }
        #expect(waiting == [10, 12, 14])
    }

    @Test func recordsOfAnOlderVersionKnowWhenTheyWereSeenLast() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db")
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            for step in Migrations.steps where step.number <= 8 { try database.execute(sql: step.sql) }
            let rows: [(kind: Int, known: Int, data: String?)] = [
                (1, 1, #"{"first_seen_time":"2026-01-01T00:00:00.000Z","last_seen_time":"2026-03-02T10:00:00.123Z"}"#),
                (2, 1, #"{"start_time":"2026-03-02T10:00:00.000Z","end_time":"2026-03-02T11:00:00.000Z"}"#),
                (2, 1, #"{"start_time":"2026-03-02T10:00:00.000Z"}"#), (2, 1, #"{"status":"started"}"#), (1, 0, nil), (1, 1, "damaged"),
            ]
            for (number, row) in rows.enumerated() {
                try database.execute(
                    sql: "INSERT INTO records (uid, kind, source, known, status, severity, received, state, data) VALUES (?, ?, 0, ?, 0, 0, 77, x'', ?)",
                    arguments: ["\(number)", row.kind, row.known, row.data.map { Data($0.utf8) }])
            }
            // What a change has told stands there alone.
            try database.execute(
                sql: """
                    INSERT INTO changes (sequence, tag, entry, number, type, kind, source, record, subject, time, received, data)
                    SELECT 1, 'abcdefgh', 1, 1, 'finding.opened', 1, 0, id, uid, 0, 0, data FROM records WHERE uid = '0';
                    UPDATE records SET data = NULL, told = 1 WHERE uid = '0';
                    PRAGMA application_id = \(DatabaseHeader.applicationID); PRAGMA user_version = 8; PRAGMA journal_mode = wal
                    """)
        }
        try queue.close()
        try StateStore.open(path: path).close()
        let seen = try StateStore.openReadOnly(path: path).read { try Int64.fetchAll($0, sql: "SELECT seen FROM records ORDER BY id") }
        #expect(seen == [1_772_445_600_123, 1_772_449_200_000, 1_772_445_600_000, 77, 0, 77])
    }

    @Test func readingBesideAWriterSeesWhatItCommitted() throws {
        let folder = try TemporaryFolder()
        let writer = try StateStore.open(path: folder.file("state.db"))
        let reader = try StateStore.openReadOnly(path: folder.file("state.db"))
        try writer.withWriter { try $0.execute(sql: "UPDATE projection SET entry = 7") }
        #expect(try reader.read { try Position(from: $0) }.entry == 7)
    }

    @Test func libraryVersionIsKnown() {
        #expect(StateStore.sqliteVersion.split(separator: ".").count == 3)
    }
}
