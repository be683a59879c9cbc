import Digests
import Foundation
import GRDB

/// A checksum over what a sink is told of a change: SQLite has none, and takes a bit that turned on the disk for what was written.
enum ChangeSeal {
    static func of(
        sequence: Int64, tag: String, entry: Int64, number: Int64, type: String, subject: String, time: Int64, data: UnsafeRawBufferPointer
    ) -> Int64 {
        var crc = CRC32C.checksum(data)
        withUnsafeBytes(of: (sequence, entry, number, time)) { crc = CRC32C.checksum($0, continuing: crc) }
        for text in [tag, type, subject] {
            var text = text
            text.withUTF8 { crc = CRC32C.checksum(UnsafeRawBufferPointer($0), continuing: crc) }
        }
        return Int64(crc)
    }

    /// Seals the change as it stands now, after words were taken out of it.
    static func renew(_ sequence: Int64, in database: Database) throws {
        let find = try database.cachedStatement(sql: "SELECT tag, entry, number, type, subject, time, data FROM changes WHERE sequence = ?")
        guard let row = try CheckedRow.fetchOne(find, arguments: [sequence]) else { return }
        let seal = try (row[6] as Data).withUnsafeBytes {
            try of(sequence: sequence, tag: row[0], entry: row[1], number: row[2], type: row[3], subject: row[4], time: row[5], data: $0)
        }
        try database.cachedStatement(sql: "UPDATE changes SET seal = ? WHERE sequence = ?").execute(arguments: [seal, sequence])
    }
}
