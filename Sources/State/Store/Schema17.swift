/// The seventeenth version of state.db: which entries behind the position were taken in before, up to where it was looked for entries that can be
/// read again, where in the row of changes their entries' numbers go back, and whether a void took back what receipts before it did.
///
/// Of an older version's voids those wait for a rebuild before which receipts that they name still count.
enum Schema17 {
    static let sql = """
        CREATE TABLE taken (first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
        CREATE TABLE unreadable_search (id INTEGER PRIMARY KEY CHECK (id = 1), after INTEGER NOT NULL);
        CREATE TABLE turns (sequence INTEGER PRIMARY KEY);
        INSERT INTO turns SELECT sequence FROM (SELECT sequence, entry, lag(entry) OVER (ORDER BY sequence) AS before FROM changes) WHERE entry < before;
        ALTER TABLE voids ADD COLUMN past INTEGER NOT NULL DEFAULT 1;
        UPDATE voids SET past = 0 WHERE EXISTS (
            SELECT 1 FROM sources s JOIN events e ON e.source = s.id
            WHERE s.name = voids.source AND e.entry < voids.entry AND e.outcome NOT IN (4, 5, 7)
                AND CASE beginning_by WHEN 0 THEN e.received WHEN 1 THEN coalesce(e.wall, e.received) ELSE e.entry END >= voids.beginning
                AND CASE end_by WHEN 0 THEN e.received WHEN 1 THEN coalesce(e.wall, e.received) ELSE e.entry - 1 END < voids."end");
        """
}
