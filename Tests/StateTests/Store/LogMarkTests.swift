import FindingModel
import Foundation
import GRDB
import Glibc
import Journal
import Testing

@testable import State

/// Which write-ahead log belongs to which main file.
struct LogMarkTests {
    private static func mark(_ opening: Int64?, _ commits: Int64, from base: Int64 = 0, after before: LogMark.End? = nil) -> LogMark {
        LogMark(opening: opening, commits: commits, base: base, before: before)
    }

    @Test(
        arguments: [
            // Nothing was copied into the file yet, or up to some commit of the log, or all of it.
            (main: mark(1, 10), whole: mark(1, 20, from: 10), fits: true),
            (mark(1, 15), mark(1, 20, from: 10), true),
            (mark(1, 20), mark(1, 20, from: 10), true),
            // The file is older than the log's beginning, or newer than its end.
            (mark(1, 9), mark(1, 20, from: 10), false),
            (mark(1, 21), mark(1, 20, from: 10), false),
            // The opening before left the file like this, or had gone further, or is not the one before.
            (mark(1, 10), mark(2, 12, from: 10, after: .init(opening: 1, commits: 10)), true),
            (mark(1, 9), mark(2, 12, from: 10, after: .init(opening: 1, commits: 10)), false),
            (mark(1, 11), mark(2, 12, from: 10, after: .init(opening: 1, commits: 10)), false),
            (mark(3, 10), mark(2, 12, from: 10, after: .init(opening: 1, commits: 10)), false),
            // This opening has begun its log anew since.
            (mark(1, 10), mark(2, 30, from: 20, after: .init(opening: 1, commits: 10)), false),
            // A file without a mark, under the log of its first opening or of a later one.
            (nil, nil, true),
            (nil, mark(1, 3), true),
            (nil, mark(1, 13, from: 3), false),
            (nil, mark(2, 13, after: .init(opening: 1, commits: 10)), false),
            (mark(1, 10), nil, false),
            // A damaged one, whose numbers are no range.
            (mark(1, 10), mark(1, 5, from: 9), false),
        ] as [(LogMark?, LogMark?, Bool)])
    func mainFileFitsTheLogThatWasWrittenForIt(main: LogMark?, whole: LogMark?, fits: Bool) {
        #expect(LogMark.fits(whole, main: main) == fits)
    }

    /// Pages are copied in their order, the first of which says already how many there will be.
    @Test func aKillAmidTheCopyingOfTheLogIsNoDamage() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("state.db"), torn = folder.file("torn.db")
        let store = try StateStore.open(path: path)
        func fill(_ rows: Range<Int>) throws {
            try store.withWriter { database in
                try database.inTransaction(.immediate) {
                    let sql = "INSERT INTO events (entry, source, received, outcome, kind, changes) VALUES (?, 1, 0, 0, ?, 0)"
                    for row in rows { try database.execute(sql: sql, arguments: [row, String(repeating: "x", count: 500)]) }
                    try LogMark.count(in: database)
                    return .commit
                }
            }
        }
        try fill(0..<200)
        try store.withWriter {
            try $0.checkpoint(.truncate)
            try $0.execute(sql: LogMark.copied)
        }
        try fill(200..<900)
        let before = try Data(contentsOf: URL(fileURLWithPath: path)), log = try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))
        _ = try store.withWriter { try $0.checkpoint(.passive) }
        let after = try Data(contentsOf: URL(fileURLWithPath: path))
        store.close()
        #expect(after.count > before.count)
        for pages in stride(from: 1, to: after.count / 4096, by: 7) {
            for ending in ["-wal", "-shm"] { unlink(torn + ending) }
            var file = after.prefix(pages * 4096)
            if file.count < before.count { file += before[file.count...] }
            try file.write(to: URL(fileURLWithPath: torn))
            try log.write(to: URL(fileURLWithPath: torn + "-wal"))
            let again = try StateStore.open(path: torn)
            #expect(try again.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM events") } == 900, "\(pages) pages")
            again.close()
        }
    }

    /// Whatever stands in the main file's first pages, which hold the schema, beside a whole log: opening it ends in an error or not at all.
    @Test(arguments: 0..<4 as Range<UInt64>) func aDamagedMainFileBesideItsLogEndsNothing(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        let path = folder.file("state.db"), copy = folder.file("copy.db")
        let store = try StateStore.open(path: path)
        for _ in 0..<3 { try store.withWriter { try LogMark.count(in: $0) } }
        let left = try Leftovers(of: path)
        store.close()
        for round in 0..<60 {
            var main = left.main
            let page = Int.random(in: 0..<min(12, main.count / 4096), using: &random) * 4096
            let first = page == 0 ? 100 : 0
            let bytes = page + Int.random(in: first..<2048, using: &random)..<page + 4096
            switch round % 3 {
            case 0: main.replaceSubrange(bytes, with: Data(count: bytes.count))
            case 1: for place in bytes where place % 5 == 0 { main[place] = UInt8.random(in: 0...255, using: &random) }
            default: main.replaceSubrange(bytes, with: left.main[(main.count - bytes.count)...])
            }
            try Leftovers(main: main, log: left.log).put(at: copy)
            do throws(StateError) { try StateStore.open(path: copy).close() } catch {
                #expect(error.code == .corrupt, "seed \(seed), round \(round): \(error)")
            }
        }
    }

    /// What a kill leaves of state.db at some moment.
    private struct Leftovers {
        let main: Data
        var log: Data

        init(main: Data, log: Data) {
            self.main = main
            self.log = log
        }

        init(of path: String) throws {
            main = try Data(contentsOf: URL(fileURLWithPath: path))
            log = (try? Data(contentsOf: URL(fileURLWithPath: path + "-wal"))) ?? Data()
        }

        func put(at path: String) throws {
            for ending in ["-wal", "-shm"] { unlink(path + ending) }
            try main.write(to: URL(fileURLWithPath: path))
            if !log.isEmpty { try log.write(to: URL(fileURLWithPath: path + "-wal")) }
        }
    }

    /// A history of kills and starts, in which SQLite begins its log anew now and then.
    private struct History {
        /// All of the database after each entry.
        var commits: [UInt64: [String]] = [:]
        var moments: [Leftovers] = []

        init(_ gate: Gate, using random: inout SeededGenerator) throws {
            var options = StateStore.Options()
            options.checkpointPages = 12
            var opened = 0
            var now = try Gate(beside: gate, state: "0.db", options: options)
            while try now.position() < gate.journal.watermark {
                for _ in 0..<Int.random(in: 1...12, using: &random) where try now.position() < gate.journal.watermark {
                    try now.catchUp(batch: 1, through: now.position() + 1)
                    commits[try now.position()] = try now.dump()
                    moments.append(try Leftovers(of: now.store.path))
                }
                opened += 1
                let killed = moments[moments.endIndex - 1], isKilled = Bool.random(using: &random)
                now.store.close()
                let left = isKilled ? killed : try Leftovers(of: now.store.path)
                try left.put(at: gate.folder.file("\(opened).db"))
                now = try Gate(beside: gate, state: "\(opened).db", options: options)
            }
            now.store.close()
        }
    }

    /// Many files and logs of one history, put together as they belong and as they do not, whole and damaged: what is opened is what was once committed.
    /// The control: SQLite takes some of what is refused for whole, though it never was committed so.
    @Test(arguments: 0..<4 as Range<UInt64>) func whatIsOpenedWasOnceCommitted(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var script = Script()
        for number in 0..<60 {
            script.add("\(number)", key: "\(number)", at: Int64(number)) { .finding($0, "\(number % 7)", severity: number / 7 % 2 == 0 ? .low : .high) }
        }
        let gate = try Gate(script)
        for number in 0..<60 { try await gate.receive("\(number)") }
        gate.store.close()
        let history = try History(gate, using: &random)

        var taken = 0, refused = 0, wouldMix = 0, problems: [String] = []
        for round in 0..<120 {
            var left = try #require(history.moments.randomElement(using: &random))
            let isWhole = round % 4 == 0
            if !isWhole { left.log = try #require(history.moments.randomElement(using: &random)).log.damaged(round % 3, using: &random) }
            let path = gate.folder.file("mixed.db")
            try left.put(at: path)
            do throws(StateError) {
                let store = try StateStore.open(path: path)
                defer { store.close() }
                taken += 1
                let (position, dump) = try store.read { (try Position(from: $0).entry, try Gate.dump($0)) }
                if dump != history.commits[position] { problems.append("round \(round) was never committed") }
            } catch {
                refused += 1
                if isWhole || error.code != .corrupt { problems.append("round \(round): \(error)") }
                try left.put(at: path)
                if let (position, dump) = try? alone(path), dump != history.commits[position] { wouldMix += 1 }
            }
        }
        #expect(problems == [], "seed \(seed)")
        #expect(taken > 30, "seed \(seed)")
        #expect(refused > 10, "seed \(seed)")
        #expect(wouldMix > 0, "seed \(seed)")
        await gate.journal.stop()
    }

    /// What SQLite shows of the file and its log, and its position; nothing when it finds them damaged.
    private func alone(_ path: String) throws -> (UInt64, [String])? {
        try DatabaseQueue(path: path).inDatabase { database in
            guard try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok" else { return nil }
            return (try Position(from: database).entry, try Gate.dump(database))
        }
    }
}

extension Data {
    /// The same, or cut, or with a bit of it turned.
    fileprivate func damaged(_ kind: Int, using random: inout SeededGenerator) -> Data {
        var data = self
        switch kind {
        case 1: data = data.prefix(Int.random(in: 0...count, using: &random))
        case 2 where count > 32: data[Int.random(in: 32..<count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        default: break
        }
        return data
    }
}

extension Gate {
    fileprivate func position() throws -> UInt64 { try store.read { try Position(from: $0).entry } }
}
