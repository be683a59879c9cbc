import GRDB
import Glibc

/// Opening a state database that another process may be writing, or that nobody has open.
enum ReadOnlyDatabase {
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        return configuration
    }

    static func open(path: String) throws(StateError) -> any DatabaseReader {
        do {
            // Without a write-ahead log nobody has the file open: "immutable" keeps SQLite from making files beside it.
            if !hasLog(path), let queue = try? DatabaseQueue(path: uri(of: path), configuration: configuration) { return queue }
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch { throw .wrapping(error, at: path) }
    }

    /// The main file alone, without what stands in its log.
    ///
    /// Where a process ended while it copied the log, the first page may speak of pages that are not there yet; SQLite takes that for damage, but not on a
    /// connection that might change the schema.
    static func openMainFile(path: String) throws -> any DatabaseReader {
        var configuration = configuration
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA writable_schema = ON") }
        return try DatabaseQueue(path: uri(of: path), configuration: configuration)
    }

    static func hasLog(_ path: String) -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0
    }

    /// https://www.sqlite.org/uri.html
    private static func uri(of path: String) -> String {
        let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in path.utf8 {
            if unreserved.contains(byte) {
                escaped.append(byte)
            } else {
                escaped += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return "file:" + String(decoding: escaped, as: UTF8.self) + "?immutable=1"
    }
}
