import FindingModel
import Foundation
import Glibc
import State
import Synchronization
import Testing

@testable import Delivery

/// A ledger that shows less than was written into it, because its log was damaged.
struct LedgerMarkTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/ledger.db" }

    init() throws { folder = try TemporaryFolder() }

    /// What can become of the log of a gateway that was killed.
    enum LogDamage: CaseIterable { case bitTurned, cut, emptied, lost, databaseEmptied }

    /// What SQLite then shows is whole, and older than what was acknowledged: nothing is done on its word before somebody says so.
    @Test(arguments: LogDamage.allCases) func aLogThatLacksWhatWasWrittenIsDamage(_ damage: LogDamage) async throws {
        let ledger = try Ledger(path: path)
        try await ledger.insert(SinkPosition(name: "a", start: 10))
        for cursor in UInt64(11)...20 {
            let position = SinkPosition(name: "a", start: 10, cursor: cursor, delivered: cursor - 10, filtered: 0, expired: 0)
            try await ledger.apply(LedgerWrite(position: position), after: Int64(cursor) - 11)
        }
        // As a kill leaves it.
        let copy = folder.path + "/killed.db"
        for ending in ["", "-wal", "-mark"] { try FileManager.default.copyItem(atPath: path + ending, toPath: copy + ending) }
        await ledger.close()
        let log = URL(fileURLWithPath: copy + "-wal")
        var bytes = try Data(contentsOf: log)
        switch damage {
        case .bitTurned:
            bytes[bytes.count / 2] ^= 4
            try bytes.write(to: log)
        case .cut: try bytes.prefix(bytes.count / 2).write(to: log)
        case .emptied: try Data().write(to: log)
        case .lost: try FileManager.default.removeItem(at: log)
        case .databaseEmptied:
            try Data().write(to: URL(fileURLWithPath: copy))
            try FileManager.default.removeItem(at: log)
        }
        let told = Mutex<[LedgerError]>([])
        let damaged = try Ledger.forService(path: copy) { error in told.withLock { $0.append(error) } }
        #expect(damaged.damage?.code == .corrupt)
        #expect(damaged.damage?.message.contains("remove \(copy)-mark") == true)
        #expect(told.withLock { $0 }.count == 1)
        // Somebody decides to go on from what is left.
        unlink(copy + "-mark")
        try await damaged.reopen(since: damaged.generation)
        let left = try await damaged.position(of: "a")
        #expect(left?.cursor ?? 0 < 20)
        await damaged.close()
    }

    @Test func aLedgerThatWasKilledOrPutBackGoesOn() async throws {
        var paths = [path]
        for number in 0..<4 {
            let ledger = try Ledger(path: paths[number])
            try await ledger.insert(SinkPosition(name: "s\(number)", start: 0))
            let copy = folder.path + "/\(number).db"
            for ending in ["", "-wal", "-mark"] { try FileManager.default.copyItem(atPath: paths[number] + ending, toPath: copy + ending) }
            await ledger.close()
            paths.append(copy)
        }
        #expect(try await Ledger(path: paths[4]).positions().map(\.name) == ["s0", "s1", "s2", "s3"])
        // An older one beside the mark of a newer.
        for ending in ["", "-wal"] {
            unlink(paths[4] + ending)
            try? FileManager.default.copyItem(atPath: paths[2] + ending, toPath: paths[4] + ending)
        }
        let older = try Ledger.forService(path: paths[4]) { _ in }
        #expect(older.damage == nil)
        #expect(try await older.positions().map(\.name) == ["s0", "s1", "s2"])
        await older.close()
    }
}
