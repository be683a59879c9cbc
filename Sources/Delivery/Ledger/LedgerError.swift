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
        /// The file was moved away, or another took its place.
        case replaced
        /// A cursor stands elsewhere than its only writer left it.
        case conflict

        /// Whether a gateway goes on receiving without the ledger until it is whole again.
        var isSurvivable: Bool {
            switch self {
            case .corrupt, .unavailable, .replaced: true
            case .newerVersion, .notDurable, .conflict: false
            }
        }
    }

    package let code: Code
    /// One sentence without a full stop.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The file at `path` cannot be trusted any more.
    static func damaged(_ path: String, _ why: String) -> LedgerError {
        LedgerError(
            .corrupt,
            "\(path) is damaged (\(why)): put back a copy of it from before, or move it away, and every sink begins as its 'from' says; until then nothing is delivered"
        )
    }

    /// The file at `path` is no longer the one that was opened.
    static func replaced(_ path: String) -> LedgerError {
        LedgerError(
            .replaced,
            "\(path) was moved away or replaced while it was in use: what stands there now is used instead, and where nothing does, every sink begins as its 'from' says"
        )
    }

    package var description: String { message }
}
