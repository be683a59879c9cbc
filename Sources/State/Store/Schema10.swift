/// The tenth version of state.db: when a record was last seen, so that lists can be read in the order that their column shows.
enum Schema10 {
    static let sql = """
        ALTER TABLE records ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
        UPDATE records SET seen = coalesce(
            (SELECT CAST(strftime('%s', t.time) AS INTEGER) * 1000 + CAST(substr(t.time, 21, 3) AS INTEGER) FROM (
                SELECT CASE WHEN json_valid(j.text) THEN coalesce(
                    json_extract(j.text, '$.last_seen_time'), json_extract(j.text, '$.end_time'), json_extract(j.text, '$.start_time')) END AS time
                FROM (SELECT CAST(coalesce(data, (SELECT c.data FROM changes c WHERE c.sequence = told)) AS TEXT) AS text) j) t),
            received) WHERE known = 1;
        CREATE INDEX records_by_seen ON records (kind, known, status, severity, seen);
        """
}
