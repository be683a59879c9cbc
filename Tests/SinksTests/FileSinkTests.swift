import Delivery
import FindingModel
import Glibc
import Testing

@testable import Sinks

struct FileSinkTests {
    let folder: TemporaryFolder
    var path: String { folder.path + "/changes.ndjson" }

    init() throws { folder = try TemporaryFolder() }

    private func sink(rotate: Int? = nil, keep: Int = 10, calls: FileCalls = .system) throws -> FileSink {
        var options = FileSinkOptions(path: path)
        options.rotateBytes = rotate
        options.keep = keep
        return try FileSink(name: "archive", options: options, calls: calls)
    }

    private func lines(of changes: [Change]) -> [UInt8] { changes.flatMap { $0.cloudEventJSON + [UInt8(ascii: "\n")] } }

    private func text(of changes: [Change]) -> String { String(decoding: lines(of: changes), as: UTF8.self) }

    private func text(of path: String) -> String? { contents(of: path).map { String(decoding: $0, as: UTF8.self) } }

    @Test func aLineIsAnEvent() async throws {
        let sink = try sink()
        #expect(await sink.deliver(Change.findings(1...3)) == .delivered(status: nil, id: nil))
        #expect(await sink.deliver(Change.findings(4...4)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...4)))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        await sink.close()
    }

    @Test func anExistingFileIsContinued() async throws {
        put(lines(of: Change.findings(1...2)), at: path)
        #expect(try await sink().deliver(Change.findings(3...3)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...3)))
    }

    @Test(arguments: [1, 10, 200, 400])
    func aTornLastLineIsCutOff(_ kept: Int) async throws {
        put(lines(of: Change.findings(1...2)) + Change.finding(3).cloudEventJSON.prefix(kept), at: path)
        #expect(try await sink().deliver(Change.findings(3...4)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...4)))
    }

    @Test func blocksThatNeverReachedTheDiskAreCutOff() async throws {
        let whole = lines(of: Change.findings(1...2))
        var torn = lines(of: [.finding(3, padding: 9000), .finding(4)])
        torn.replaceSubrange(4096..<8192, with: [UInt8](repeating: 0, count: 4096))
        put(whole + torn, at: path)
        #expect(try await sink().deliver(Change.findings(3...4)).isDelivered)
        #expect(text(of: path) == String(decoding: whole, as: UTF8.self) + text(of: Change.findings(3...4)))
    }

    @Test func aFileOfZerosOnlyIsBegunAnew() async throws {
        put([UInt8](repeating: 0, count: 5000), at: path)
        #expect(try await sink().deliver(Change.findings(1...1)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...1)))
    }

    private static let foreign = [
        "root:x:0:0", #"{"users":[{"id":1}]}"#, #"{"hello":1}"# + "\n", #"{"ts":1}"# + "\n" + #"{"ts":2"#, "{\n  \"name\": 1\n}\n",
        #"{"specversion":"1.0","type":"a","id":"1"}"# + "\n", #"{"specversion":"1.0","id":"A-1","source":"/b"}"# + "\n",
        #"{"specversion":"1.0","id":"a-1","source":"https://b"}"# + "\n", "\0\u{1}\0", "\n",
    ]

    @Test(arguments: foreign) func aFileOfSomebodyElseIsLeftAlone(_ text: String) async throws {
        put(Array(text.utf8), at: path)
        let failure = try await sink().deliver(Change.findings(1...1)).failure
        #expect(failure?.reason == "\(path) is there already and holds something else than changes")
        #expect(contents(of: path) == Array(text.utf8))
    }

    @Test(arguments: [1, 2, 3, 4]) func aFileOfSomebodyElseThatHasANumberIsLeftAlone(_ number: Int) async throws {
        let sink = try sink(rotate: 700, keep: 2), other = Array("important".utf8)
        for number in 1...number where number < 3 { put(lines(of: Change.findings(1...1)), at: "\(path).\(number)") }
        if number == 4 { put(lines(of: Change.findings(1...1)), at: "\(path).3") }
        put(other, at: "\(path).\(number)")
        #expect(await sink.deliver(Change.findings(2...3)).isDelivered)
        let failure = await sink.deliver(Change.findings(4...4)).failure
        #expect(failure?.reason == "\(path).\(number) is there already and holds something else than changes")
        #expect(contents(of: "\(path).\(number)") == other && text(of: path) == text(of: Change.findings(2...3)))
    }

    @Test func whatIsNoFileIsRefused() async throws {
        #expect(mkfifo(path, 0o600) == 0)
        #expect(try await sink().deliver(Change.findings(1...1)).failure?.reason == "\(path) is not a regular file")
        unlink(path)
        #expect(mkdir(path, 0o700) == 0)
        #expect(try await sink().deliver(Change.findings(1...1)).failure?.reason == "\(path) cannot be opened: Is a directory")
        rmdir(path)
    }

    @Test func twoWritersAreOneTooMany() async throws {
        let first = try sink()
        #expect(await first.deliver(Change.findings(1...1)).isDelivered)
        let second = try sink()
        #expect(await second.deliver(Change.findings(2...2)).failure?.reason == "\(path) is being written by another process")
        await first.close()
        #expect(await second.deliver(Change.findings(2...2)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...2)))
    }

    @Test func aFileThatWasMovedAwayIsBegunAnew() async throws {
        let sink = try sink()
        #expect(await sink.deliver(Change.findings(1...1)).isDelivered)
        #expect(rename(path, path + ".old") == 0)
        #expect(await sink.deliver(Change.findings(2...2)).isDelivered)
        #expect(unlink(path) == 0)
        #expect(await sink.deliver(Change.findings(3...3)).isDelivered)
        #expect(text(of: path + ".old") == text(of: Change.findings(1...1)))
        #expect(text(of: path) == text(of: Change.findings(3...3)))
    }

    @Test func aFullFileGetsANumber() async throws {
        let sink = try sink(rotate: 700, keep: 3)
        for sequence in UInt64(1)...12 { #expect(await sink.deliver(Change.findings(sequence...sequence)).isDelivered) }
        let perFile = 700 / text(of: [.finding(1)]).utf8.count
        #expect(perFile == 2)
        #expect(text(of: path) == text(of: Change.findings(11...12)))
        for (number, first) in [(1, UInt64(9)), (2, 7), (3, 5)] {
            #expect(contents(of: "\(path).\(number)") == lines(of: Change.findings(first...(first + 1))))
        }
        #expect(contents(of: "\(path).4") == nil)
    }

    @Test func aBatchLargerThanAFileStaysTogether() async throws {
        let sink = try sink(rotate: 1000)
        #expect(await sink.deliver(Change.findings(1...1)).isDelivered)
        #expect(await sink.deliver(Change.findings(2...20)).isDelivered)
        #expect(await sink.deliver(Change.findings(21...21)).isDelivered)
        #expect(text(of: "\(path).2") == text(of: Change.findings(1...1)))
        #expect(text(of: "\(path).1") == text(of: Change.findings(2...20)))
        #expect(text(of: path) == text(of: Change.findings(21...21)))
    }

    @Test(arguments: [[1, 2, 3], [1, 3], [2, 3], [3], [], [1], [1, 2]])
    func numberingGoesOnWhereACrashLeftIt(_ present: [Int]) throws {
        for number in present { put([UInt8(number)], at: "\(path).\(number)") }
        put([0], at: path)
        try FileRotation(bytes: 1, keep: 3).rotate(path) { _ in false }
        #expect(contents(of: path) == nil && contents(of: "\(path).1") == [0])
        let survivors = (1...3).compactMap { contents(of: "\(path).\($0)") }.flatMap { $0 }
        #expect(survivors == (present.count == 3 ? [0, 1, 2] : [0] + present.map { UInt8($0) }))
    }

    @Test func fewerFilesAreKeptWhenTold() throws {
        for number in 1...6 { put([UInt8(number)], at: "\(path).\(number)") }
        put([0], at: path)
        try FileRotation(bytes: 1, keep: 2).rotate(path) { _ in false }
        #expect((1...7).map { contents(of: "\(path).\($0)") } == [[0], [1], nil, nil, nil, nil, nil])
    }

    @Test func aFullDiskIsARetryThatLeavesNoTrace() async throws {
        let disk = BrokenDisk()
        let sink = try sink(calls: disk.calls)
        #expect(await sink.deliver(Change.findings(1...1)).isDelivered)
        disk.break(.fullAfter(100))
        for _ in 0..<3 {
            #expect(await sink.deliver(Change.findings(2...9)).failure?.reason == "\(path) cannot be written: No space left on device")
            #expect(text(of: path) == text(of: Change.findings(1...1)))
        }
        disk.break(.none)
        #expect(await sink.deliver(Change.findings(2...9)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...9)))
    }

    @Test func aFailedSyncIsARetryOfTheWholeBatch() async throws {
        let disk = BrokenDisk()
        let sink = try sink(calls: disk.calls)
        #expect(await sink.deliver(Change.findings(1...1)).isDelivered)
        disk.break(.sync)
        #expect(await sink.deliver(Change.findings(2...3)).failure?.reason == "\(path) cannot be written to disk: Input/output error")
        #expect(text(of: path) == text(of: Change.findings(1...1)))
        disk.break(.none)
        #expect(await sink.deliver(Change.findings(2...3)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...3)))
        #expect(disk.syncs == 3)
    }

    @Test func writesMayTakePieces() async throws {
        let disk = BrokenDisk()
        disk.break(.pieces(of: 7))
        #expect(try await sink(calls: disk.calls).deliver(Change.findings(1...5)).isDelivered)
        #expect(text(of: path) == text(of: Change.findings(1...5)))
    }

    @Test(arguments: [
        ("", 0), ("{}\n", 3), ("{}\n{", 3), ("{", 0), ("{}\n{}\n", 6), ("\u{0}", 0), ("{}\n\u{0}\n{}\n", 3), ("{}\n{\u{0}}\n", 3), ("{}\n{}\u{0}", 3),
    ])
    func wholeLinesEndSomewhere(_ text: String, _ expected: Int) {
        let bytes = Array(text.utf8)
        #expect(TailRepair.wholeLength(size: bytes.count) { Array(bytes[$0]) } == expected)
    }

    @Test(arguments: [100, 256 << 10, (256 << 10) + 1, 300_000, 1_000_000, 17 << 20])
    func wholeLinesAreFoundFarBack(_ torn: Int) {
        let bytes = Array("{}\n{}\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: torn)
        #expect(TailRepair.wholeLength(size: bytes.count) { Array(bytes[$0]) } == 6)
        var zeros = Array("{}\n{}\n".utf8) + [UInt8](repeating: UInt8(ascii: "\n"), count: torn)
        zeros[8] = 0
        #expect(TailRepair.wholeLength(size: zeros.count) { Array(zeros[$0]) } == (torn < TailRepair.window ? 8 : zeros.count))
    }

    @Test func settingsThatCannotWorkAreRefused() {
        var options = FileSinkOptions(path: "")
        options.rotateBytes = 0
        options.keep = 0
        #expect(options.issues.map(\.key) == ["path", "rotate", "keep"])
        #expect(throws: SinkError.self) { try FileSink(name: "x", options: options) }
        #expect(FileSinkOptions(path: "/x/y").issues.isEmpty && !FileSinkOptions(path: "/x/").issues.isEmpty)
    }

    @Test func itKeepsTheSinksPromises() async throws {
        try await SinkConformance(harness: try FileHarness(folder)).run()
    }

    @Test func whatFailsIsTheSinkOrOneChange() async throws {
        try await SinkConformance(harness: try FileHarness(folder)).runOwnFaults()
    }
}
