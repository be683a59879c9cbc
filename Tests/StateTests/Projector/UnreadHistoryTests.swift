import Adapters
import FindingModel
import Foundation
import GRDB
import Journal
import Testing

@testable import State

/// Whatever cannot be read for a while, and whenever state.db is made anew or put back: no id has two contents, and in the end nothing is missing.
struct UnreadHistoryTests {
    private static let keys = 6

    private static var script: Script {
        var script = Script()
        for number in 0..<60 {
            let status: FindingStatus = number % 3 == 0 ? .fixed : .open
            script.add("f\(number)") { entry, _ in
                let time = number % 7 == 0 ? nil : Making.time(Int64(number * 13 % 60))
                return MappedEvent(
                    key: number % 4 == 0 ? nil : "k\(number)", kind: "f", kindRank: 0, time: time, latestTime: time, ignored: number % 20 == 13,
                    records: [.finding(entry, "\(number % keys)", status, severity: number % 5 == 0 ? .high : .low)], drift: [])
            }
        }
        return script
    }

    /// What came, by the second at which it did, so that another journal can be told the same.
    private enum Came {
        case event(String)
        case void(from: Int64, to: Int64)

        func tell(_ gate: Gate, at second: Int64) async throws -> UInt64 {
            gate.setTime(second)
            switch self {
            case .event(let body): return try await gate.receive(body)
            case .void(let from, let to):
                let decision = VoidDecision(
                    source: "shop", beginning: .received(Making.time(from)), end: .received(Making.time(to)), reason: "a test", who: "me")
                return try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
            }
        }
    }

    private struct Content: Equatable {
        let type: String
        let subject: String
        let data: String

        /// Whether both say the same, but for what an erasure has taken out of one.
        func isSame(as other: Content) -> Bool {
            let isEmptied = data.contains("(erased)") || other.data.contains("(erased)")
            return type == other.type && subject == other.subject && (isEmptied || data == other.data)
        }
    }

    /// A copy of the journal's folder, and what stood in it.
    private struct JournalCopy {
        let files: [String: Data]
        let came: Int
        let numbers: Int
        let damaged: [UInt64: Bool]
    }

    /// A gate that things happen to.
    private struct Life {
        var gate: Gate
        var came: [(second: Int64, what: Came)] = []
        /// How far the clock has come, which never goes back.
        var seconds = 0
        /// Entries that can be damaged: the last is not, since a damaged end is cut off.
        var numbers: [UInt64] = []
        var damaged: [UInt64: Bool] = [:]
        var copies: [[String: Data]] = []
        var journals: [JournalCopy] = []
        /// Whether the journal was put back from an older copy: what was made of the entries that it lost stays in state.db.
        var hasLost = false
        /// The receipts that were erased, with their blocks of the journal from before.
        var erased: [UInt64: Data] = [:]
        var told: [String: Content] = [:]
        /// What happened, for whoever has to find out why.
        var happened: [String] = []

        mutating func live(_ seed: UInt64, _ generator: inout SeededGenerator) async throws {
            for round in 0..<24 {
                for _ in 0..<Int.random(in: 0...3, using: &generator) {
                    let second = Int64(1000 + seconds), isVoid = Int.random(in: 0..<12, using: &generator) == 0
                    let from = Int64.random(in: 990...second, using: &generator)
                    let what =
                        isVoid ? Came.void(from: from, to: from + 2) : .event("f\(Int.random(in: 0..<60, using: &generator))")
                    seconds += 1
                    came.append((second, what))
                    numbers.append(try await what.tell(gate, at: second))
                }
                if Bool.random(using: &generator) {
                    happened.append("projected to \(gate.journal.watermark)")
                    try check(seed, round)
                }
                try await happen(.random(in: 0..<12, using: &generator), &generator)
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    happened.append("projected")
                    if let entry = try await gate.takeInAgain() { happened.append("taken in by \(entry)") }
                    try check(seed, round)
                }
            }
        }

        private mutating func happen(_ what: Int, _ generator: inout SeededGenerator) async throws {
            let candidates = numbers.dropLast().filter { damaged[$0] == nil && erased[$0] == nil }
            switch what {
            case 0...2:
                guard let number = candidates.randomElement(using: &generator) else { return }
                damaged[number] = Bool.random(using: &generator)
                happened.append("\(number) damaged")
                try await turn(number)
            case 3, 4:
                guard let number = damaged.keys.sorted().randomElement(using: &generator) else { return }
                happened.append("\(number) put back")
                try await turn(number)
                damaged[number] = nil
            case 5:
                happened.append("state.db lost")
                try await reopen { state in for path in state { try? FileManager.default.removeItem(atPath: path) } }
            case 6:
                happened.append("copy \(copies.count)")
                var files: [String: Data] = [:]
                try await reopen { state in for path in state { files[path] = try? Data(contentsOf: URL(fileURLWithPath: path)) } }
                copies.append(files)
            case 7:
                guard erased.isEmpty else { return }
                happened.append("copy \(journals.count) of the journal")
                var files: [String: Data] = [:]
                gate = try await Gate(again: gate) { journal in
                    for name in try FileManager.default.contentsOfDirectory(atPath: journal) {
                        files[name] = try Data(contentsOf: URL(fileURLWithPath: journal + "/" + name))
                    }
                }
                journals.append(JournalCopy(files: files, came: came.count, numbers: numbers.count, damaged: damaged))
            case 8:
                guard let copy = journals.last, came.count > copy.came || Bool.random(using: &generator) else { return }
                happened.append("copy \(journals.count - 1) of the journal put back")
                gate = try await Gate(again: gate) { journal in
                    try FileManager.default.removeItem(atPath: journal)
                    try FileManager.default.createDirectory(atPath: journal, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
                    for (name, bytes) in copy.files { try bytes.write(to: URL(fileURLWithPath: journal + "/" + name)) }
                }
                came.removeLast(came.count - copy.came)
                numbers.removeLast(numbers.count - copy.numbers)
                damaged = copy.damaged
                hasLost = true
                try await settle()
            case 9:
                // A copy of the journal from before an erasure is another history.
                guard journals.isEmpty, let index = candidates.indices.randomElement(using: &generator) else { return }
                try await erase(candidates[index])
            case 10:
                guard let number = erased.keys.sorted().randomElement(using: &generator), let block = erased[number] else { return }
                let isListLost = Bool.random(using: &generator)
                happened.append("the erased body of \(number) put back\(isListLost ? ", the list lost" : "")")
                gate = try await Gate(again: gate) { folder in
                    try ReadableAgainTests.put(block, of: number, in: folder)
                    if isListLost { try? FileManager.default.removeItem(atPath: folder + "/erased") }
                }
            default:
                guard let index = copies.indices.randomElement(using: &generator) else { return }
                happened.append("copy \(index) put back")
                let copy = copies[index]
                try await reopen { state in
                    for path in state { try? FileManager.default.removeItem(atPath: path) }
                    for (path, bytes) in copy { try bytes.write(to: URL(fileURLWithPath: path)) }
                }
            }
        }

        /// Erases a receipt once it is known what was made of it.
        private mutating func erase(_ number: UInt64) async throws {
            guard let index = numbers.firstIndex(of: number), case .event = came[index].what else { return }
            let block = try ReadableAgainTests.block(of: number, in: gate.folder.file("journal"))
            try await gate.erase(number)
            erased[number] = block
            happened.append("\(number) erased by \(gate.journal.watermark)")
        }

        private mutating func turn(_ number: UInt64) async throws {
            let isWhole = damaged[number] ?? false
            gate = try await Gate(again: gate) { try ReadableAgainTests.turn($0, number, isWhole: isWhole) }
            try await settle()
        }

        private mutating func reopen(_ change: ([String]) throws -> Void) async throws {
            let state = ["", "-wal", "-shm", "-attempt"].map { gate.folder.file("state.db" + $0) }
            gate = try await Gate(again: gate) { _ in try change(state) }
            try await settle()
        }

        /// Compares state.db with the journal, as every start does.
        private func settle() async throws {
            do throws(StateError) { try await JournalLoss.settle(store: gate.store, journal: gate.journal, log: ProjectorOptions().log) } catch {
                guard error.code == .corrupt else { throw error }
                try gate.store.remake(through: gate.journal.watermark)
            }
        }

        mutating func repairAll() async throws {
            for number in damaged.keys.sorted() { try await turn(number) }
            damaged = [:]
        }

        /// Projects what there is, and looks at everything that is told.
        mutating func check(_ seed: UInt64, _ round: Int) throws {
            // What is written down meanwhile is taken in too.
            for _ in 0..<2 { try gate.catchUp(batch: 7) }
            try check(gate, "seed \(seed), round \(round)")
        }

        mutating func check(_ gate: Gate, _ when: String) throws {
            for change in try gate.allChanges() {
                let content = Content(type: change.type, subject: change.subject, data: change.data.text)
                guard let known = told.updateValue(content, forKey: change.id), !known.isSame(as: content) else { continue }
                Issue.record("\(when): \(change.id) has two contents: \(known) and \(content) after \(happened)")
            }
            // As each start does.
            try gate.journal.finishErasing(Set(try gate.store.read { try ErasedReceipt.all(in: $0) }.map(\.number)))
            for (number, block) in erased where try ReadableAgainTests.block(of: number, in: gate.folder.file("journal")) == block {
                Issue.record("\(when): the erased body of \(number) stands after \(happened)")
            }
        }
    }

    private static func records(_ gate: Gate) throws -> [String] {
        try gate.store.read { database in
            try String.fetchAll(
                database, sql: "SELECT uid || ' ' || known || ' ' || status || ' ' || severity FROM records WHERE kind != 3 AND known ORDER BY uid")
        }
    }

    /// A few are tried each time, many where `WEIR_LONG_TESTS` is set, and one where `WEIR_SEED` names it.
    private static let seeds: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["WEIR_SEED"].flatMap({ UInt64($0) }) { return [seed] }
        return Array(1...(environment["WEIR_LONG_TESTS"] == nil ? 4 : 100))
    }()

    @Test(arguments: seeds)
    func noIDHasTwoContentsAndNothingIsMissingInTheEnd(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var life = Life(gate: try Gate(Self.script))
        try await life.live(seed, &generator)
        try await life.repairAll()
        while try await life.gate.takeInAgain() != nil {}
        try life.check(seed, .max)
        let whole = try Gate(Self.script)
        for (second, what) in life.came { _ = try await what.tell(whole, at: second) }
        try whole.catchUp()
        if !life.hasLost { #expect(try Self.records(life.gate) == Self.records(whole), "seed \(seed)") }
        #expect(try await life.gate.queries.conservation(EntrySource(life.gate.journal)).holds, "seed \(seed)")
        #expect(try await life.gate.queries.conservation(EntrySource(life.gate.journal)).count(.unreadable) == 0, "seed \(seed)")
        // What was told last of a record is what it is.
        let last = Dictionary(try life.gate.allChanges().map { ($0.subject, $0) }, uniquingKeysWith: { $1 })
        for (uid, change) in last where change.kind == .finding {
            guard case .finding(let told)? = try? Record(kind: .finding, parsing: change.data) else { continue }
            guard let record = try await life.gate.queries.record(uid), case .finding(let finding) = try Record(kind: .finding, parsing: record.data)
            else { continue }
            #expect(told.status == finding.status || told.status == .ignored, "seed \(seed): \(uid)")
        }
        // Made anew, it is the same once more.
        let again = try Gate(beside: life.gate, state: "again.db")
        for _ in 0..<2 { try again.catchUp() }
        try life.check(again, "seed \(seed), made anew")
        #expect(try Self.records(again) == Self.records(whole), "seed \(seed)")
        await life.gate.journal.stop()
        await whole.journal.stop()
    }
}
