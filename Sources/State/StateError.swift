import GRDB

/// Why state.db could not do something: one sentence, without any vendor's text.
package struct StateError: Error, Equatable, Sendable {
    /// What went wrong, for the callers that branch.
    package enum Code: String, Sendable {
        /// The file was written by a newer version of this program.
        case newerVersion
        /// The file was made by an older version and was not brought up to date yet.
        case olderVersion
        /// The file is not a state database.
        case notAStateDatabase
        /// The file cannot be opened or made.
        case unopenable
        /// The database does not keep what it commits through a power cut, so it must not be used.
        case notDurable
        /// The file's content is damaged.
        case corrupt
        /// The disk has no room.
        case diskFull
        /// A statement failed.
        case failed
        /// The journal could not be read, or an entry of it not be understood.
        case journal
        /// The store was closed.
        case closed
        /// An entry of the gateway or of a person, which must not be left out, ends the process each time.
        case stuck

        /// Whether it may end without a person: the file is made anew, or there is room again.
        var isOfTheFile: Bool {
            switch self {
            case .unopenable, .corrupt, .diskFull, .failed, .closed: true
            case .newerVersion, .olderVersion, .notAStateDatabase, .notDurable, .journal, .stuck: false
            }
        }
    }

    package let code: Code
    /// One sentence for a person, who learns what to do where something is to be done.
    package let message: String

    /// Whether the file that stood there is gone, or another took its place: nothing is known to be damaged.
    package private(set) var isOfAnotherFile = false

    /// The file at `path` is not the one that was opened.
    static func anotherFile(at path: String) -> StateError {
        var error = StateError(.corrupt, "\(path) was moved away or replaced while it was in use")
        error.isOfAnotherFile = true
        return error
    }

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether a gateway goes on receiving all the same: the file is made again from the journal, or can be opened later.
    package var isSurvivable: Bool { code.isOfTheFile }

    /// Whether the same can succeed later without a person's help.
    package var isRetriable: Bool {
        switch code {
        case .diskFull, .failed, .journal: true
        case .newerVersion, .olderVersion, .notAStateDatabase, .unopenable, .notDurable, .corrupt, .closed, .stuck: false
        }
    }
}

extension StateError: CustomStringConvertible {
    package var description: String { message }
}

extension StateError {
    /// Whether a page of the file could not be read: it was cut short, or the disk is failing there.
    private static func isReading(_ error: DatabaseError) -> Bool {
        [.SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_READ, .SQLITE_IOERR_CORRUPTFS].contains(error.extendedResultCode)
    }

    /// What an error of the database stands for; SQLite's own words hold no row's content.
    static func wrapping(_ error: any Error, at path: String) -> StateError {
        if let error = error as? StateError { return error }
        if error is RowDecodingError { return StateError(.corrupt, "\(path): a row holds what was not written there") }
        guard let error = error as? DatabaseError else { return StateError(.failed, "\(path): \(error)") }
        let words = "\(path): SQLite error \(error.resultCode.rawValue), \(error.message ?? "no message")"
        switch error.resultCode {
        case .SQLITE_FULL: return StateError(.diskFull, words)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return StateError(.corrupt, words)
        case .SQLITE_IOERR where isReading(error): return StateError(.corrupt, words)
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY: return StateError(.unopenable, words)
        default: return StateError(.failed, words)
        }
    }
}
