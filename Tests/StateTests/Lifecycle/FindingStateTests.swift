import FindingModel
import Testing

@testable import State

/// What the events of one finding add up to.
struct FindingStateTests {
    /// One event about a finding, as a line of a table.
    struct Event: Sendable, CustomTestStringConvertible {
        var at: Int64
        var status: FindingStatus?
        /// A completed scan names it closed, or open.
        var isScan = false
        var isListed = false
        var testDescription: String { "\(isScan ? "closed" : isListed ? "listed" : status.map { "\($0)" } ?? "-")@\(at)" }
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
        if event.isListed {
            return state.applyListed(stamp: Stamp(time: Making.time(event.at), rank: 1, hash: 8, entry: number), raw: Making.raw(number))
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
        ([Event(at: 1, status: .fixed), Event(at: 2, status: .accepted), Event(at: 3, status: .open)], .open),
        ([Event(at: 1, status: .accepted), Event(at: 2, status: .fixed), Event(at: 3, status: .open)], .reopened),
        ([Event(at: 3, status: .open), Event(at: 1, status: .fixed), Event(at: 2, status: .open)], .reopened),
        ([Event(at: 1, status: .open), Event(at: 2, status: .unknown)], .open),
        ([Event(at: 1, status: .unknown)], .unknown),
        ([Event(at: 1, status: .open), Event(at: 3, status: .unknown), Event(at: 2, status: .fixed)], .fixed),
        ([Event(at: 2, status: .unknown), Event(at: 3, status: .open), Event(at: 1, status: .fixed)], .reopened),
        ([Event(at: 2, status: .fixed), Event(at: 2, status: .open)], .fixed),
        ([Event(at: 2, status: .open), Event(at: 2, status: .fixed)], .fixed),
        ([Event(at: 1, status: .fixed), Event(at: 2, isListed: true)], .reopened),
        ([Event(at: 1, status: .fixed), Event(at: 1, isListed: true)], .fixed),
        ([Event(at: 1, status: .accepted), Event(at: 2, isListed: true)], .accepted),
        ([Event(at: 2, isListed: true), Event(at: 1)], .open),
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

    @Test func laterWordsOfAFixDoNotMoveItsTime() throws {
        let fixed = Self.state(after: [Event(at: 1, status: .open), Event(at: 5, status: .fixed), Event(at: 9, status: .fixed), Event(at: 11, isScan: true)])
        #expect(fixed.finding?.fixedTime == Making.time(5))
        #expect(fixed.finding?.lastSeenTime == Making.time(1))
        #expect(Self.state(after: [Event(at: 9, status: .fixed), Event(at: 5, status: .fixed)]).finding?.fixedTime == Making.time(5))
    }

    @Test func lateWordThatItWasOpenBetweenTwoFixesLeavesTheNewer() throws {
        let state = Self.state(after: [Event(at: 5, status: .fixed), Event(at: 9, status: .fixed), Event(at: 7, status: .open)])
        #expect(state.finding?.fixedTime == Making.time(9))
        #expect(
            Self.state(after: [Event(at: 5, isScan: true), Event(at: 9, status: .fixed), Event(at: 7, isListed: true)]).finding?.fixedTime == Making.time(9))
    }

    @Test func wordsOfAFixThatAreKeptHaveAnEnd() throws {
        let state = Self.state(after: (1...100).map { Event(at: $0, status: .fixed) })
        #expect(state.fixes.fixes.count == FixTimes.kept)
        #expect(state.finding?.fixedTime == Making.time(1))
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
        #expect(state.finding?.fixedTime == Making.time(3))
        Self.apply(Event(at: 7, status: .open), number: 3, to: &state)
        #expect(state.finding?.fixedTime == Making.time(9))
    }

    @Test func onlyWordsThatSawItMoveLastSeen() {
        let seen = Self.state(after: [
            Event(at: 1, status: .open), Event(at: 2, status: .unknown), Event(at: 3, status: .accepted), Event(at: 4, status: .inProgress), Event(at: 5),
        ])
        #expect(seen.finding?.lastSeenTime == Making.time(1))
        #expect(Self.state(after: [Event(at: 1, status: .open), Event(at: 4, isListed: true)]).finding?.lastSeenTime == Making.time(4))
        #expect(Self.state(after: [Event(at: 3, status: .fixed), Event(at: 9, status: .fixed)]).finding?.lastSeenTime == Making.time(3))
    }

    @Test func acceptanceThatIsWithdrawnIsToldApartFromAFixThatDidNotHold() {
        let life = [Event(at: 1, status: .fixed), Event(at: 2, status: .open), Event(at: 3, status: .accepted), Event(at: 4, status: .open)]
        #expect(Self.state(after: life).finding?.statusDetail == "withdrawn")
        #expect(Self.state(after: Array(life.prefix(2))).finding?.statusDetail == nil)
        #expect(Self.state(after: Array(life.prefix(3))).finding?.statusDetail == nil)
    }

    @Test func wordThatNobodyKnowsIsShownAndDecidesNothing() {
        let state = Self.state(after: [Event(at: 1, status: .open), Event(at: 2, status: .unknown)])
        #expect(state.finding?.vendorStatus == "vendor unknown")
        #expect(state.decision.stamp?.time == Making.time(1))
        #expect(Self.state(after: [Event(at: 1, isScan: true), Event(at: 2, status: .unknown)]).finding?.vendorStatus == "vendor unknown")
    }

    @Test func stampOfAClockThatWasAheadIsOlderThanWhatComesNow() {
        var state = FindingState()
        let ahead = Stamp(time: Making.time(90_000), arrival: 1, rank: 2, hash: 1, entry: 1)
        state.apply(Making.finding { $0.status = .open }, says: [.status], stamp: ahead)
        let now = Stamp(time: Making.time(100), arrival: 2, rank: 2, hash: 2, entry: 2)
        state.bringBack(to: now, received: Making.time(100))
        state.apply(Making.finding { $0.status = .fixed }, says: [.status], stamp: now)
        #expect(state.status == .fixed)
        // A vendor's own time is the vendor's: no clock of ours made it.
        var own = FindingState()
        own.apply(Making.finding { $0.status = .open }, says: [.status], stamp: Stamp(time: Making.time(90_000), entry: 1))
        let before = own
        own.bringBack(to: now, received: Making.time(100))
        #expect(own == before)
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
        let cross = try #require(state.finding?.fingerprints.cross1)
        state.apply(
            Making.finding(receipt: 2) { $0.resources = [Making.resource("b.example")] }, says: [.resources], stamp: Stamp(time: Making.time(2), entry: 2))
        let merged = try #require(state.finding)
        #expect(merged.severity == .high)
        #expect(merged.vendorSeverity == "HIGH")
        #expect(merged.resources == [Making.resource("b.example")])
        #expect(merged.fingerprints.cross1 != cross)
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
