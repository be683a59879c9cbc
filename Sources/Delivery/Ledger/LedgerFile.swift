import FindingModel
import GRDB
import Glibc
import Journal
import State

/// Opens ledger.db and makes sure that what it acknowledges survives a power cut.
enum LedgerFile {
    /// The file for its one writer, created with mode 0600 if it is not there, and brought up to the present schema.
    static func open(_ path: String) throws(LedgerError) -> DatabaseQueue {
        try checkFiles(path)
        let mark = access(path, F_OK) == 0 ? LedgerMark.read(beside: path) : nil
        // SQLite gives its side files the mode of the database.
        let descriptor: Int32
        do throws(SystemError) { descriptor = try OwnFile.open(path, O_RDWR | O_CREAT) } catch {
            throw LedgerError(.unavailable, "\(path) cannot be opened: \(error.reason)")
        }
        close(descriptor)
        return try naming(path) {
            var configuration = Configuration()
            configuration.label = "ledger"
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                database.add(function: LedgerSeal.function)
                // A row that another takes the place of is taken out of its seal too.
                try database.execute(sql: "PRAGMA recursive_triggers = ON")
            }
            // One connection for reads too: they are short, and its end leaves one file behind.
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                try refuseNewer(database, path)
                if let mark { try requireAll(mark, database, path) }
            }
            try queue.writeWithoutTransaction { database in
                // GRDB lowers it to NORMAL when it turns on the write-ahead log, and an acknowledged row could then be lost.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // What was erased must not stay behind in free pages.
                try database.execute(sql: "PRAGMA secure_delete = ON")
                let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
                let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
                guard synchronous == 2, mode == "wal" else {
                    throw LedgerError(.notDurable, "\(path): SQLite does not take synchronous = FULL with a write-ahead log")
                }
            }
            try LedgerSchema.migrator.migrate(queue)
            let opened = try queue.writeWithoutTransaction { database in
                let mark = try LedgerMark.begin(.random(in: 1 ... .max), in: database)
                // What is in the main file outlives the log. This waits for nobody who reads; then the next start does it.
                try database.execute(sql: "PRAGMA busy_timeout = 0")
                _ = try? database.checkpoint(.truncate)
                try database.execute(sql: "PRAGMA busy_timeout = 5000")
                return mark
            }
            opened.write(beside: path)
            return queue
        }
    }

    /// Throws when the file shows less than was written into it.
    static func requireAll(_ mark: LedgerMark, _ database: Database, _ path: String) throws {
        let isEmpty = try !database.tableExists("sinks")
        guard try !mark.allows(LedgerMark.known(database), isEmpty: isEmpty) else { return }
        throw LedgerError.damaged(
            path,
            "what was written last is missing, because its write-ahead log was damaged, cut or lost (to go on from what is left, which sends again what was sent since, remove \(LedgerMark.path(beside: path)))"
        )
    }

    /// Throws when something else than a database stands where one is expected, so that SQLite would follow it, or pass over what was committed.
    static func checkFiles(_ path: String) throws(LedgerError) {
        for file in [path, path + "-wal", path + "-shm"] {
            do throws(SystemError) { try OwnFile.check(file) } catch {
                throw error.isMissingFile || error.number == ENOTDIR
                    ? LedgerError(.unavailable, "\(path) cannot be opened: \(error.reason)") : .damaged(path, "\(file): \(error.reason)")
            }
        }
        guard DatabaseLog.isPlausible(of: path) else { throw .damaged(path, "\(path)-wal is no write-ahead log") }
    }

    /// Throws when the file's structure is not whole, or a row is not the one that was written; reads all of it.
    static func requireWhole(_ database: Database) throws {
        let words = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)")
        guard words == "ok" else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: words?.split(separator: "\n").last.map(String.init) ?? "it cannot be checked")
        }
        // One of an older version has no sums.
        if try database.tableExists("seals") { try LedgerSeal.verify(database) }
    }

    /// The file for reading beside its writer or without one.
    static func openReadOnly(_ path: String) throws(LedgerError) -> DatabaseQueue {
        var status = stat()
        // Opening a pipe would wait for its other end.
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { throw .damaged(path, "it is no ordinary file") }
        return try naming(path) {
            var configuration = Configuration()
            configuration.label = "ledger"
            configuration.readonly = true
            configuration.prepareDatabase { $0.add(function: LedgerSeal.function) }
            configuration.busyMode = .timeout(5)
            // Without a log nobody writes, and an immutable file needs none beside it (https://www.sqlite.org/uri.html).
            let name = access(path + "-wal", F_OK) == 0 ? path : "file:\(escaped(path))?immutable=1"
            let queue = try DatabaseQueue(path: name, configuration: configuration)
            try queue.read { try refuseNewer($0, path) }
            return queue
        }
    }

    /// The path with every byte that means something in a URI written in hexadecimal.
    private static func escaped(_ path: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                text.append(byte)
            default: text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func refuseNewer(_ database: Database, _ path: String) throws {
        guard try LedgerSchema.migrator.hasBeenSuperseded(database) else { return }
        throw LedgerError(
            .newerVersion,
            "\(path) was written by a newer version of weir: start that version or a later one, or put back the copy of the file from before the upgrade, and sinks are told again, under the same ids, what they were told since"
        )
    }

    /// Runs `body` and turns whatever it throws into a `LedgerError` that names the file.
    static func naming<R>(_ path: String, _ body: () throws -> R) throws(LedgerError) -> R {
        do { return try body() } catch { throw ledgerError(error, path) }
    }

    static func ledgerError(_ error: any Error, _ path: String) -> LedgerError {
        if let error = error as? LedgerError { return error }
        if error is RowDecodingError { return .damaged(path, "a row holds what was not written there") }
        guard let error = error as? DatabaseError else { return LedgerError(.unavailable, "\(path): \(error)") }
        let message = error.message ?? "error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: return .damaged(path, message)
        case .SQLITE_IOERR where [.SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_READ, .SQLITE_IOERR_CORRUPTFS].contains(error.extendedResultCode):
            return .damaged(path, message)
        // Every table is made by the migrations, and no statement names another.
        case .SQLITE_ERROR where message.hasPrefix("no such "): return .damaged(path, message)
        default: return LedgerError(.unavailable, "\(path): \(message)")
        }
    }
}

/// What shows that a database, or its log, was written into: their sizes and times of change, which nobody can set back.
struct LedgerStamp: Equatable, Sendable {
    private var numbers: [Int] = []

    init(_ path: String) {
        for file in [path, path + "-wal"] {
            var status = stat()
            if stat(file, &status) == 0 { numbers += [Int(status.st_size), status.st_ctim.tv_sec, status.st_ctim.tv_nsec] } else { numbers.append(-1) }
        }
    }
}
