import FindingModel
import Testing

@testable import State

/// What is known of a record survives being written, and what older versions wrote is read.
struct RecordBlobTests {
    typealias Event = FindingStateTests.Event

    private static let lives: [[Event]] = [
        [], [Event(at: 1, isScan: true)], [Event(at: 1, isListed: true)], [Event(at: 1, status: .open)],
        [Event(at: 1, status: .open), Event(at: 2, status: .fixed), Event(at: 3, status: .fixed), Event(at: 4, status: .unknown)],
        [Event(at: 1, status: .fixed), Event(at: 2, isListed: true), Event(at: 3, status: .accepted), Event(at: 4)],
        [Event(at: 1, status: .open), Event(at: 5, isScan: true)],
        (1...40).map { Event(at: $0, status: .fixed) },
    ]

    @Test(arguments: lives.indices)
    func findingSurvivesBeingWritten(number: Int) throws {
        var state = FindingStateTests.state(after: Self.lives[number])
        _ = state.told.tell(Making.time(7))
        if number > 3 {
            var event = Making.finding(receipt: 99) { $0.resources = [Making.resource("xn--bcher-kva.example")] }
            event.fingerprints.writtenHost = "bücher.example"
            state.apply(event, says: [.resources], stamp: Stamp(time: Making.time(20), arrival: 99, entry: 99, spread: 999))
        }
        let written = RecordState.finding(state)
        #expect(try RecordState(kind: .finding, blob: written.blob, record: state.finding.map { .finding($0) }) == written)
    }

    @Test func scanAndNoticeSurviveBeingWritten() throws {
        var scan = ScanState()
        scan.apply(
            Making.scan {
                $0.status = .completed
                $0.progress = 50
            }, says: [.status, .progress], stamp: Stamp(time: Making.time(1), entry: 1, spread: 999))
        scan.toldProgress = 50
        _ = scan.told.tell(Making.time(1))
        #expect(try RecordState(kind: .scan, blob: RecordState.scan(scan).blob, record: scan.scan.map { .scan($0) }) == .scan(scan))
        var notice = NoticeState()
        notice.apply(Notice(uid: "n", kind: "k", summary: "s"), stamp: Stamp(time: Making.time(1), arrival: 3, entry: 3))
        _ = notice.told.tell(Making.time(1))
        #expect(try RecordState(kind: .notice, blob: RecordState.notice(notice).blob, record: notice.notice.map { .notice($0) }) == .notice(notice))
    }

    @Test func whatVersion2WroteIsRead() throws {
        let finding = Making.finding {
            $0.status = .fixed
            $0.vendorStatus = "CLOSED"
            $0.fixedTime = Making.time(5)
        }
        let stamps = [Self.old(at: 1, entry: 1), Self.old(at: 5, entry: 2)]
        var positions = [UInt8](repeating: .max, count: 28)
        positions[0] = 0
        positions[2] = 1
        positions[27] = 1
        // Four seen times and a fix time, two references to receipts, no receipt of its own.
        var blob: [UInt8] = [2, 0, 0] + Self.time(1) + Self.time(5) + [0] + [0, 0, 0, 0] + [0]
        blob += [2] + stamps.flatMap { $0 } + [28] + positions
        guard case .finding(var state) = try RecordState(kind: .finding, blob: blob, record: .finding(finding)) else {
            Issue.record("no finding")
            return
        }
        #expect(state.status == .fixed && state.fixes.time == Making.time(5) && state.saidStatus == "CLOSED" && state.told.newest == Making.time(5))
        // Another word of the same fix moves nothing, and a word that nobody knows decides nothing.
        FindingStateTests.apply(Event(at: 9, status: .fixed), number: 3, to: &state)
        FindingStateTests.apply(Event(at: 10, status: .unknown), number: 4, to: &state)
        #expect(state.finding?.fixedTime == Making.time(5) && state.finding?.status == .fixed)
        FindingStateTests.apply(Event(at: 11, status: .open), number: 5, to: &state)
        #expect(state.finding?.status == .reopened)
    }

    @Test(arguments: [[], [0], [4], [3, 9], Array(repeating: UInt8(3), count: 40)] as [[UInt8]])
    func damageIsAnErrorAndNeverATrap(blob: [UInt8]) {
        for kind in [RecordKind.finding, .scan, .notice] {
            #expect(throws: StateError.self) { try RecordState(kind: kind, blob: blob, record: nil) }
        }
    }

    private static func time(_ seconds: Int64) -> [UInt8] { [1] + bytes(Making.time(seconds).milliseconds) }

    /// A stamp as versions before 3 wrote it: time, whether arrival counts, rank, hash, entry.
    private static func old(at seconds: Int64, entry: UInt64) -> [UInt8] {
        bytes(Making.time(seconds).milliseconds) + [0] + bytes(UInt32(2)) + bytes(UInt64(7)) + bytes(entry)
    }

    private static func bytes<N: FixedWidthInteger>(_ number: N) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}
