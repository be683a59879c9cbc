/// The twelfth version of state.db: what the wall clock said where that is another time than the receipt time, the newest entry about each record, by
/// what a void selects, and where receipt times went back.
///
/// What an older version projected keeps its receipt times: its wall times stand in the journal only.
enum Schema12 {
    static let sql = """
        ALTER TABLE events ADD COLUMN wall INTEGER;
        ALTER TABLE changes ADD COLUMN wall INTEGER;
        ALTER TABLE records ADD COLUMN entry INTEGER;
        ALTER TABLE records ADD COLUMN wall INTEGER;
        ALTER TABLE voids ADD COLUMN beginning_by INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE voids ADD COLUMN end_by INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX changes_by_wall ON changes (wall) WHERE wall IS NOT NULL;
        CREATE TABLE clock_steps (entry INTEGER PRIMARY KEY, received INTEGER NOT NULL);
        INSERT INTO clock_steps
            SELECT c.entry, min(c.received) FROM records r JOIN changes c ON c.record = r.id
            WHERE r.kind = 3 AND r.known = 1 AND c.type = 'notice.gateway_clock_step' GROUP BY c.entry;
        """
}
