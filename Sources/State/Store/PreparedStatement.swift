import GRDB
import GRDBSQLite

/// A statement prepared once and bound through SQLite's C interface: what the projector runs for every event, and a list for every record.
///
/// Binding by type spares the boxes, arrays and look-ups by text that a general interface needs. It belongs to the thread of its connection, and must
/// be gone before that is closed. Interface: https://www.sqlite.org/c3ref/stmt.html
final class PreparedStatement {
    /// Tells SQLite to copy what is bound (https://www.sqlite.org/c3ref/c_static.html).
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private let statement: OpaquePointer
    private let connection: SQLiteConnection

    init(_ database: Database, _ sql: String) throws {
        guard let connection = database.sqliteConnection else { throw StateError(.closed, "state.db is closed") }
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else { throw Self.error(code, connection) }
        statement = made
        self.connection = connection
    }

    deinit { sqlite3_finalize(statement) }

    /// Runs it with the values that `bind` gives, to its end.
    func run(_ bind: (inout Values) -> Void) throws {
        let isToClear = try bindAll(bind)
        defer {
            sqlite3_reset(statement)
            // What was bound stays with the statement otherwise.
            if isToClear { sqlite3_clear_bindings(statement) }
        }
        let code = sqlite3_step(statement)
        guard code == SQLITE_DONE else { throw Self.error(code, connection) }
    }

    /// What `read` makes of the first row; nothing when there is none.
    func first<T>(_ bind: (inout Values) -> Void, _ read: (Columns) throws -> T) throws -> T? {
        _ = try bindAll(bind)
        defer { sqlite3_reset(statement) }
        let code = sqlite3_step(statement)
        switch code {
        case SQLITE_ROW: return try read(Columns(statement: statement))
        case SQLITE_DONE: return nil
        default: throw Self.error(code, connection)
        }
    }

    /// Whether what was bound is large, or is not SQLite's own copy.
    private func bindAll(_ bind: (inout Values) -> Void) throws -> Bool {
        var values = Values(statement: statement)
        bind(&values)
        guard values.code == SQLITE_OK else { throw Self.error(values.code, connection) }
        return values.bytes > 64 << 10 || values.isShared
    }

    private static func error(_ code: Int32, _ connection: SQLiteConnection) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
    }

    /// Takes a statement's values in the order of its parameters.
    struct Values {
        fileprivate let statement: OpaquePointer
        fileprivate var code = SQLITE_OK
        private var index: Int32 = 0
        /// Bytes of texts and blobs so far.
        fileprivate private(set) var bytes = 0
        /// Whether SQLite reads something where it stands.
        fileprivate private(set) var isShared = false

        fileprivate init(statement: OpaquePointer) { self.statement = statement }

        mutating func add(_ value: Int64) {
            note(sqlite3_bind_int64(statement, next(), value))
        }

        mutating func add(_ value: Int64?) {
            if let value { add(value) } else { addNull() }
        }

        mutating func add(_ text: String) {
            var text = text
            let index = next(), statement = statement
            self.bytes += text.utf8.count
            let result = text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { sqlite3_bind_text(statement, index, $0.baseAddress, Int32(clamping: $0.count), transient) }
            }
            // No address would be taken for NULL.
            note(text.isEmpty ? sqlite3_bind_text(statement, index, "", 0, transient) : result)
        }

        mutating func add(_ text: String?) {
            if let text { add(text) } else { addNull() }
        }

        mutating func add(_ bytes: [UInt8]) {
            let index = next()
            let statement = statement
            self.bytes += bytes.count
            note(bytes.withUnsafeBytes { Self.bind($0, to: statement, at: index) })
        }

        mutating func add(_ bytes: [UInt8]?) {
            if let bytes { add(bytes) } else { addNull() }
        }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            note(Self.bind(bytes, to: statement, at: next()))
        }

        /// Adds bytes that stay where they are until the statement has run to its end: they are not copied.
        mutating func add(shared bytes: UnsafeRawBufferPointer) {
            guard let start = bytes.baseAddress, !bytes.isEmpty else { return add(bytes) }
            isShared = true
            note(sqlite3_bind_blob(statement, next(), start, Int32(clamping: bytes.count), nil))
        }

        mutating func addNull() { note(sqlite3_bind_null(statement, next())) }

        private static func bind(_ bytes: UnsafeRawBufferPointer, to statement: OpaquePointer, at index: Int32) -> Int32 {
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, index, 0) : sqlite3_bind_blob(statement, index, bytes.baseAddress, Int32(clamping: bytes.count), transient)
        }

        private mutating func next() -> Int32 {
            index += 1
            return index
        }

        private mutating func note(_ result: Int32) { if code == SQLITE_OK { code = result } }
    }

    /// The columns of the row at hand, from 0 on; valid while it is read.
    struct Columns {
        fileprivate let statement: OpaquePointer

        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

        func bytes(_ column: Int32) -> [UInt8] {
            // The pointer is asked for before the length (https://www.sqlite.org/c3ref/column_blob.html).
            guard let start = sqlite3_column_blob(statement, column) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
        }

        /// Empty for NULL.
        func text(_ column: Int32) -> String {
            guard let start = sqlite3_column_text(statement, column) else { return "" }
            return String(decoding: UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))), as: UTF8.self)
        }

        func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
    }
}
