/// The fourth version of state.db: a record whose newest form a change has told stands in that change only, so that a new record is written once.
///
/// A change that goes away leaves the record what it held.
enum Schema4 {
    static let sql = """
        ALTER TABLE records ADD COLUMN told INTEGER;
        CREATE TRIGGER changes_leave_records BEFORE DELETE ON changes BEGIN
            UPDATE records SET data = OLD.data, told = NULL WHERE id = OLD.record AND told = OLD.sequence;
        END;
        """
}
