import FindingModel
import Testing

@testable import State

/// What the events of one finding add up to.
struct FindingStateTests {
    /// One event about a finding, as a line of a table.
    struct Event: Sendable, CustomTestStringConvertible {
        var at: Int64
        var status: FindingStatus?
        /// A completed scan names it closed.
        var isScan = false
        var testDescription: String { "\(isScan ? "scan" : status.map { "\($0)" } ?? "-")@\(at)" }
    }

    static func state(after events: [Event]) -> FindingState {
        var state = FindingState()
        for (index, event) in events.enumerated() { apply(event, number: UInt64(index + 1), to: &state) }
        return state
    }

    static func apply(_ event: Event, number: UInt64, to state: inout FindingState) {
        if event.isScan {
            return state.applyClosed(stamp: Stamp(time: Making.time(event.at), rank: 1, hash: 7, entry: number), raw: Making.raw(number))
        }
        let says: FindingFields = event.status == nil ? [.title] : [.status, .title]
        let finding = Making.finding(receipt: number) {
            $0.status = event.status ?? .unknown
            $0.vendorStatus = event.status.map { "vendor \($0.word)" }
            $0.title = "said at \(event.at)"
        }
        let stamp = Stamp(time: Making.time(event.at), rank: 2, hash: ContentHash.of(finding, says: says), entry: number)
        state.apply(finding, says: says, stamp: stamp)
    }

    @Test(arguments: [
        ([Event(at: 1, status: .open)], FindingStatus.open),
        ([Event(at: 1)], .unknown),
        ([Event(at: 1, status: .open), Event(at: 2)], .open),
        ([Event(at: 1, status: .open), Event(at: 2, status: .fixed)], .fixed),
        ([Event(at: 2, status: .open), Event(at: 1, status: .fixed)], .reopened),
        ([Event(at: 1, status: .fixed), Event(at: 2, status: .accepted), Event(at: 3, status: .open)], .reopened),
        ([Event(at: 3, status: .open), Event(at: 1, status: .fixed), Event(at: 2, status: .open)], .reopened),
        ([Event(at: 1, status: .open), Event(at: 2, status: .unknown)], .unknown),
        ([Event(at: 1, status: .inProgress), Event(at: 2, status: .falsePositive)], .falsePositive),
        ([Event(at: 1, status: .ignored), Event(at: 0, status: .fixed)], .ignored),
        ([Event(at: 2, isScan: true), Event(at: 1, status: .open)], .fixed),
        ([Event(at: 2, isScan: true), Event(at: 3, status: .open)], .reopened),
        ([Event(at: 1, status: .open), Event(at: 2, isScan: true)], .fixed),
        ([Event(at: 1, status: .reopened)], .reopened),
    ])
    func statusIsThatOfTheNewestStamp(events: [Event], status: FindingStatus) throws {
        #expect(try #require(Self.state(after: events).finding).status == status)
    }

    @Test func fixedTimeIsTheFixesWhileItIsFixed() throws {
        #expect(Self.state(after: [Event(at: 5, status: .fixed)]).finding?.fixedTime == Making.time(5))
        #expect(Self.state(after: [Event(at: 5, status: .fixed), Event(at: 6, status: .open)]).finding?.fixedTime == nil)
        #expect(Self.state(after: [Event(at: 5, status: .open), Event(at: 6, isScan: true)]).finding?.fixedTime == Making.time(6))
    }

    @Test func fixTimeThatTheVendorSaidCountsWithItsOwnFix() throws {
        var state = FindingState()
        let said = Making.finding {
            $0.status = .fixed
            $0.fixedTime = Making.time(3)
        }
        state.apply(said, says: [.status, .fixedTime], stamp: Stamp(time: Making.time(5), entry: 1))
        #expect(state.finding?.fixedTime == Making.time(3))
        Self.apply(Event(at: 9, status: .fixed), number: 2, to: &state)
        #expect(state.finding?.fixedTime == Making.time(9))
    }

    @Test func scanThatClosesAnUnknownFindingLeavesOnlyItsStamp() {
        let state = Self.state(after: [Event(at: 2, isScan: true)])
        #expect(state.finding == nil)
        #expect(state.status == .fixed)
        #expect(state.raw == Making.raw(1))
    }

    @Test func vendorsStatusWordStaysWithItsEvent() {
        #expect(Self.state(after: [Event(at: 1, status: .open)]).finding?.vendorStatus == "vendor open")
        #expect(Self.state(after: [Event(at: 1, status: .open), Event(at: 2, isScan: true)]).finding?.vendorStatus == nil)
        #expect(Self.state(after: [Event(at: 2, isScan: true), Event(at: 1, status: .open)]).finding?.vendorStatus == nil)
    }

    @Test func groupThatAnEventLeavesOutKeepsItsOlderValue() throws {
        var state = FindingState()
        let full = Making.finding(receipt: 1) {
            $0.severity = .high
            $0.vendorSeverity = "HIGH"
            $0.resources = [Making.resource("a.example")]
            $0.vulnerabilities = [Vulnerability(id: "CVE-2024-1", type: .cve)]
        }
        state.apply(full, says: [.severity, .resources, .vulnerabilities], stamp: Stamp(time: Making.time(1), entry: 1))
        let cross = try #require(state.finding?.fingerprints.cross)
        state.apply(
            Making.finding(receipt: 2) { $0.resources = [Making.resource("b.example")] }, says: [.resources], stamp: Stamp(time: Making.time(2), entry: 2))
        let merged = try #require(state.finding)
        #expect(merged.severity == .high)
        #expect(merged.vendorSeverity == "HIGH")
        #expect(merged.resources == [Making.resource("b.example")])
        #expect(merged.fingerprints.cross != cross)
        #expect(merged.raw == Making.raw(2))
    }

    @Test func seenTimesAreTheSaidOnesOrElseTheEvents() throws {
        var state = FindingState()
        state.apply(Making.finding(), says: [], stamp: Stamp(time: Making.time(20), entry: 1))
        state.apply(Making.finding(), says: [], stamp: Stamp(time: Making.time(10), entry: 2))
        #expect(state.finding?.firstSeenTime == Making.time(10))
        #expect(state.finding?.lastSeenTime == Making.time(20))
        let said = Making.finding {
            $0.firstSeenTime = Making.time(15); $0.lastSeenTime = Making.time(16)
        }
        state.apply(said, says: [.firstSeen, .lastSeen], stamp: Stamp(time: Making.time(5), entry: 3))
        #expect(state.finding?.firstSeenTime == Making.time(15))
        #expect(state.finding?.lastSeenTime == Making.time(16))
    }

    @Test func equalInputChangesNothing() {
        let events = [Event(at: 1, status: .open), Event(at: 2, isScan: true)]
        var state = Self.state(after: events)
        let before = state
        for (index, event) in events.enumerated() { Self.apply(event, number: UInt64(index + 10), to: &state) }
        #expect(state == before)
    }

    @Test func largeEvidenceStaysInItsReceipt() {
        var state = FindingState()
        let large = Making.finding { $0.evidence = [Evidence(type: "http", response: String(repeating: "x", count: 17_000))] }
        state.apply(large, says: [.evidence], stamp: Stamp(time: Making.time(1), entry: 9), generation: 4)
        #expect(state.finding?.evidence == [])
        #expect(state.large.evidence == ReceiptReference(entry: 9, generation: 4))
        state.apply(Making.finding { $0.evidence = [Evidence(summary: "small")] }, says: [.evidence], stamp: Stamp(time: Making.time(2), entry: 10))
        #expect(state.large.isEmpty)
        #expect(state.finding?.evidence == [Evidence(summary: "small")])
    }
}
