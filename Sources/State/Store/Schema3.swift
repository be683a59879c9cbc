/// The third version of state.db: where a change's unmapped rest stands if it is too large for the change.
enum Schema3 {
    static let sql = """
        ALTER TABLE changes ADD COLUMN unmapped_entry INTEGER;
        ALTER TABLE changes ADD COLUMN unmapped_generation INTEGER;
        """
}
