import FindingModel
import Foundation
import Glibc
import State
import Synchronization
import Testing

@testable import Delivery

/// A ledger whose files become others than they were left: cut, written over, replaced, or put back.
struct LedgerFileTests {
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

    /// What somebody writes over the open file.
    enum Scribble: CaseIterable, Sendable {
        case garbage, zeros, oneWord, garbageInTheLog, nothing
    }

    /// Nothing is done on the word of what stands there then, though SQLite keeps in memory what stood there before.
    @Test(arguments: Scribble.allCases, [false, true])
    func aFileThatIsOverwrittenWhileItIsOpenIsProvedBeforeItsNextUse(_ scribble: Scribble, _ isWrite: Bool) async throws {
        let told = Mutex<[LedgerError]>([])
        let ledger = try Ledger.forService(path: path) { error in told.withLock { $0.append(error) } }
        try await ledger.insert(SinkPosition(name: "a", start: 0))
        var link = TicketLink(uid: "f_1", mark: "weir-one-mark", state: .linked, intended: Timestamp(milliseconds: 1))
        link.reference = TicketReference(id: "1", key: "KEY-1", url: nil)
        try await ledger.put([link], sink: "a")
        try await ledger.compact()
        if scribble == .garbageInTheLog { try await ledger.put([link, TicketLink(uid: "f_2", mark: "m", state: .intent, intended: link.intended)], sink: "a") }
        #expect(try await ledger.ticket(of: "f_1", sink: "a")?.mark == "weir-one-mark")

        let file = path + (scribble == .garbageInTheLog ? "-wal" : "")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        switch scribble {
        case .garbage, .garbageInTheLog: for index in bytes.indices where index >= 100 { bytes[index] = UInt8(truncatingIfNeeded: index &* 167 &+ 11) }
        case .zeros: bytes = Data(count: bytes.count)
        case .oneWord: bytes.replaceSubrange(try #require(bytes.range(of: Data("weir-one-mark".utf8))), with: Data("weir-two-mark".utf8))
        case .nothing: break
        }
        let before = LedgerStamp(path)
        // A file system counts its time in steps.
        repeat {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            try handle.write(contentsOf: bytes)
            try handle.close()
        } while LedgerStamp(path) == before

        let use: @Sendable () async throws -> Void = {
            if isWrite { try await ledger.insert(SinkPosition(name: "b", start: 7)) } else { _ = try await ledger.ticket(of: "f_1", sink: "a") }
        }
        if scribble == .nothing {
            try await use()
            #expect(told.withLock { $0 }.isEmpty && ledger.damage == nil)
        } else {
            let error = await #expect(throws: LedgerError.self) { try await use() }
            #expect(error?.code == .corrupt && told.withLock { $0 }.map(\.code) == [.corrupt] && ledger.damage?.code == .corrupt)
        }
        await ledger.close()
    }

    @Test(arguments: [false, true]) func aFileThatIsMovedAwayOrReplacedIsLeftAndWhatStandsThereIsOpened(isReplaced: Bool) async throws {
        let before = try Ledger(path: path)
        try await before.insert(SinkPosition(name: "a", start: 4))
        await before.close()
        let copy = try Data(contentsOf: URL(fileURLWithPath: path))
        let told = Mutex<[LedgerError]>([])
        let ledger = try Ledger.forService(path: path) { error in told.withLock { $0.append(error) } }
        try await ledger.insert(SinkPosition(name: "b", start: 7))
        rename(path, path + "-elsewhere")
        if isReplaced { try copy.write(to: URL(fileURLWithPath: path)) }
        await #expect(throws: LedgerError.self) { try await ledger.insert(SinkPosition(name: "c", start: 9)) }
        #expect(told.withLock { $0.map(\.code) } == [.replaced])
        await eventually { ledger.damage == nil }
        #expect(try await ledger.positions().map(\.name) == (isReplaced ? ["a"] : []))
        #expect(told.withLock { $0.count } == 1)
        await ledger.close()
        #expect(try LedgerReader(path: path + "-elsewhere").positions().map(\.name) == ["a", "b"])
    }
}
