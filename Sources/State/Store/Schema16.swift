/// The sixteenth version of state.db: what it says of itself in every commit (see `LogMark`).
enum Schema16 {
    static let sql = """
        ALTER TABLE projection ADD COLUMN log_opening INTEGER;
        ALTER TABLE projection ADD COLUMN log_commits INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE projection ADD COLUMN log_base INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE projection ADD COLUMN log_before INTEGER;
        ALTER TABLE projection ADD COLUMN log_before_commits INTEGER;
        """
}
