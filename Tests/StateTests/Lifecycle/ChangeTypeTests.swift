import FindingModel
import Testing

@testable import State

/// Which steps of a record are changes, and which change each is.
struct ChangeTypeTests {
    @Test(arguments: [
        (FindingStatus.open, "finding.opened"), (.unknown, "finding.opened"), (.fixed, "finding.fixed"), (.reopened, "finding.reopened"),
        (.accepted, "finding.accepted"), (.falsePositive, "finding.false_positive"), (.ignored, "finding.ignored"), (.inProgress, "finding.in_progress"),
    ])
    func firstWordAboutAFindingTellsItsStatus(status: FindingStatus, type: String) {
        #expect(ChangeType.of(nil, Making.finding { $0.status = status }) == type)
    }

    @Test(arguments: [
        (FindingStatus.open, FindingStatus.fixed, "finding.fixed" as String?), (.fixed, .reopened, "finding.reopened"), (.unknown, .open, "finding.opened"),
        (.open, .unknown, nil), (.open, .open, nil), (.accepted, .ignored, "finding.ignored"),
    ])
    func stepOfAFindingsStatusIsAChange(before: FindingStatus, after: FindingStatus, type: String?) {
        #expect(ChangeType.of(Making.finding { $0.status = before }, Making.finding { $0.status = after }) == type)
    }

    @Test(arguments: [
        (Making.finding { $0.severity = .high }, true), (Making.finding { $0.title = "t" }, true),
        (Making.finding { $0.resources = [Making.resource("h")] }, true),
        (Making.finding { $0.vulnerabilities = [Vulnerability(id: "x", type: .vendor)] }, true), (Making.finding { $0.tickets = [Ticket(uid: "1")] }, true),
        (Making.finding { $0.labels = ["prod"] }, true), (Making.finding { $0.fixedTime = Making.time(9) }, true),
        (Making.finding { $0.statusDetail = "withdrawn" }, true),
        (Making.finding { $0.lastSeenTime = Making.time(9) }, false), (Making.finding { $0.occurrenceCount = 3 }, false),
        (Making.finding { $0.scanUID = "s" }, false),
        (Making.finding { $0.unmapped = RawJSON(bytes: [0x7B, 0x7D]) }, false), (Making.finding { $0.desc = "d" }, false),
        (Making.finding { $0.raw = Making.raw(5) }, false),
    ])
    func onlyWhatMattersUpdatesAFinding(after: Finding, matters: Bool) {
        #expect(ChangeType.of(Making.finding(), after) == (matters ? "finding.updated" : nil))
    }

    @Test(
        arguments: [
            (nil, ScanStatus.queued, "scan.queued" as String?), (nil, .unknown, "scan.updated"), (.queued, .started, "scan.started"),
            (.started, .unknown, nil), (.completed, .completed, nil), (.started, .cancelled, "scan.cancelled"),
        ] as [(ScanStatus?, ScanStatus, String?)])
    func scansTellTheirStatus(before: ScanStatus?, after: ScanStatus, type: String?) {
        let old = before.map { status in Making.scan { $0.status = status } }
        #expect(ChangeType.of(old, Making.scan { $0.status = after }, toldProgress: nil) == type)
    }

    @Test(arguments: [
        (Int64?.none, Int64(9), false), (nil, 10, true), (50, 59, false), (50, 60, true), (50, 41, false), (50, 40, true), (95, 100, false),
        (.min, .max, true),
    ])
    func progressIsToldEveryTenPoints(told: Int64?, now: Int64, isTold: Bool) {
        let before = Making.scan {
            $0.status = .started; $0.progress = told
        }
        let after = Making.scan {
            $0.status = .started; $0.progress = now
        }
        #expect(ChangeType.of(before, after, toldProgress: told) == (isTold ? "scan.updated" : nil))
    }

    @Test func anythingElseOfAScanUpdatesIt() {
        let before = Making.scan { $0.status = .started }
        #expect(
            ChangeType.of(
                before,
                Making.scan {
                    $0.status = .started; $0.errors = ["e"]
                }, toldProgress: nil) == "scan.updated")
        #expect(
            ChangeType.of(
                before,
                Making.scan(receipt: 2) {
                    $0.status = .started; $0.unmapped = RawJSON(bytes: [0x7B, 0x7D])
                }, toldProgress: nil) == nil)
    }
}
