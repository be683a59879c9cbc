/// What is wrong with ledger.db.
package struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Written by a later version of the program.
        case newerVersion
        /// The file is not a database, or is damaged.
        case corrupt
        /// It cannot be opened, read or written at present.
        case unavailable
        /// SQLite does not keep the promises that the ledger rests on.
        case notDurable
        /// A cursor stands elsewhere than its only writer left it.
        case conflict
    }

    package let code: Code
    /// One sentence without a full stop.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
