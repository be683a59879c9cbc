/// The fifteenth version of state.db: what an erasure needs to find a receipt's words in drift and in the notices of it, and which decisions erased.
///
/// Of a decision that an older version took in, only the journal knows the number.
enum Schema15 {
    static let sql = """
        ALTER TABLE drift ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE drift ADD COLUMN digest INTEGER;
        CREATE TABLE drift_notices (source INTEGER NOT NULL, uid TEXT NOT NULL, PRIMARY KEY (source, uid)) WITHOUT ROWID;
        INSERT OR IGNORE INTO drift_notices
            SELECT s.id, c.subject FROM (
                SELECT subject, CAST(data AS TEXT) AS text FROM changes WHERE kind = 3 AND type = 'notice.gateway_drift') c
            JOIN sources s ON s.name = CASE WHEN json_valid(c.text) THEN json_extract(c.text, '$.unmapped.source') END;
        ALTER TABLE erasures ADD COLUMN decision INTEGER;
        """
}
