import FindingModel

/// What is known of one finding, with the stamps that decided it: any order of the same events ends in the same state.
///
/// A group of fields that an event carried is a last-writer-wins register; the status is computed from the newest stamp of each status class.
package struct FindingState: Equatable, Sendable {
    /// Nothing while only scans have named the finding.
    package internal(set) var finding: Finding?
    package internal(set) var stamps = StampSet(slots: FindingSlots.count)
    package internal(set) var seen = SeenTimes()
    /// The receipt of the newest event.
    package internal(set) var raw: RawReference?
    /// Set while the newest evidence, or the newest unmapped rest, is too large to stand in `finding`.
    package internal(set) var large = LargeParts()
    /// The fix time that the vendor said last; counts only together with the fix it was said with.
    package internal(set) var saidFixedTime: Timestamp?

    package init() {}

    /// Takes in what one event says about the finding.
    ///
    /// - Parameters:
    ///   - event: The mapped record; groups outside `says` hold defaults.
    ///   - stamp: Its hash must be `ContentHash.of(event, says: says)`.
    ///   - time: When the event happened; left out, the stamp's time.
    ///   - generation: The number of the `config` entry that the event was mapped with.
    package mutating func apply(_ event: Finding, says: FindingFields, stamp: Stamp, time: Timestamp? = nil, generation: UInt64 = 0) {
        let decided = stamps.newest(in: FindingSlots.statuses)?.stamp
        var merged = finding ?? Self.beginning(from: event)
        if says.contains(.status) {
            _ = stamps.advance(FindingSlots.slot(of: event.status), to: stamp)
            if decided.map({ stamp > $0 }) ?? true { merged.vendorStatus = event.vendorStatus }
        }
        takeTexts(of: event, says: says, stamp: stamp, into: &merged)
        takeRating(of: event, says: says, stamp: stamp, into: &merged)
        takePlaces(of: event, says: says, stamp: stamp, into: &merged)
        refreshCross(of: &merged, from: event)
        takeLargeParts(of: event, says: says, stamp: stamp, receipt: ReceiptReference(entry: stamp.entry, generation: generation), into: &merged)
        if wins(.fixedTime, says, stamp) { saidFixedTime = event.fixedTime }
        seen.add(
            event: time ?? stamp.time, saidFirst: says.contains(.firstSeen) ? event.firstSeenTime : nil,
            saidLast: says.contains(.lastSeen) ? event.lastSeenTime : nil)
        if stamps.advance(FindingSlots.newest, to: stamp) { raw = event.raw }
        finding = merged
        refresh()
    }

    /// Takes in that a completed scan names the finding closed.
    package mutating func applyClosed(stamp: Stamp, raw scanRaw: RawReference) {
        let decided = stamps.newest(in: FindingSlots.statuses)?.stamp
        _ = stamps.advance(FindingSlots.slot(of: .fixed), to: stamp)
        // The vendor's own word belongs to the event that carried it; a scan's list carries none.
        if decided.map({ stamp > $0 }) ?? true { finding?.vendorStatus = nil }
        if stamps.advance(FindingSlots.newest, to: stamp) { raw = scanRaw }
        refresh()
    }

    /// Whether an event without a key only repeats the newest one about the finding.
    package func isRepeated(by stamp: Stamp) -> Bool { finding != nil && stamps[FindingSlots.newest].map { stamp.repeats($0) } ?? false }

    /// The status that the stamps stand for.
    package var status: FindingStatus {
        guard let newest = stamps.newest(in: FindingSlots.statuses) else { return .unknown }
        let status = FindingSlots.status(at: newest.slot)
        // Only stamps older than the newest are left in other slots, so any fixed one is older.
        return status == .open && stamps[FindingSlots.slot(of: .fixed)] != nil ? .reopened : status
    }

    /// A first record: what belongs to a newer stamp than the event's is cleared before it is merged.
    private static func beginning(from event: Finding) -> Finding {
        var finding = event
        finding.vendorStatus = nil
        finding.evidence = []
        finding.unmapped = nil
        return finding
    }

    /// Computes `cross/v1` from what is merged, unless what it is made of has not changed or is all the event's.
    private func refreshCross(of merged: inout Finding, from event: Finding) {
        func isMade(of other: Finding) -> Bool {
            merged.resources == other.resources && merged.vulnerabilities == other.vulnerabilities && merged.rule == other.rule
        }
        if let finding, isMade(of: finding) { return }
        if event.fingerprints.cross != nil, isMade(of: event) {
            merged.fingerprints.cross = event.fingerprints.cross
        } else {
            let resource = merged.resources.first { $0.hostname != nil || $0.ip != nil }
            merged.fingerprints.cross = resource.flatMap { RecordIdentity.cross(resource: $0, vulnerabilities: merged.vulnerabilities, rule: merged.rule) }
        }
    }

    private mutating func wins(_ group: FindingFields, _ says: FindingFields, _ stamp: Stamp) -> Bool {
        says.contains(group) && stamps.advance(FindingSlots.slot(of: group), to: stamp)
    }

    private mutating func takeTexts(of event: Finding, says: FindingFields, stamp: Stamp, into merged: inout Finding) {
        if wins(.title, says, stamp) { merged.title = event.title }
        if wins(.desc, says, stamp) { merged.desc = event.desc }
        if wins(.remediation, says, stamp) { merged.remediation = event.remediation }
        if wins(.scanner, says, stamp) { merged.scanner = event.scanner }
        if wins(.labels, says, stamp) { merged.labels = event.labels }
        if wins(.sourceUID, says, stamp) { merged.sourceUID = event.sourceUID }
        if wins(.scanUID, says, stamp) { merged.scanUID = event.scanUID }
    }

    private mutating func takeRating(of event: Finding, says: FindingFields, stamp: Stamp, into merged: inout Finding) {
        if wins(.severity, says, stamp) {
            merged.severity = event.severity
            merged.vendorSeverity = event.vendorSeverity
        }
        if wins(.rule, says, stamp) { merged.rule = event.rule }
        if wins(.vulnerabilities, says, stamp) { merged.vulnerabilities = event.vulnerabilities }
        if wins(.occurrenceCount, says, stamp) { merged.occurrenceCount = event.occurrenceCount }
    }

    private mutating func takePlaces(of event: Finding, says: FindingFields, stamp: Stamp, into merged: inout Finding) {
        if wins(.resources, says, stamp) { merged.resources = event.resources }
        if wins(.tickets, says, stamp) { merged.tickets = event.tickets }
    }

    private mutating func takeLargeParts(
        of event: Finding, says: FindingFields, stamp: Stamp, receipt: ReceiptReference, into merged: inout Finding
    ) {
        if wins(.evidence, says, stamp) {
            let isLarge = ReceiptReference.isTooLarge(event.evidence)
            merged.evidence = isLarge ? [] : event.evidence
            large.evidence = isLarge ? receipt : nil
        }
        if wins(.unmapped, says, stamp) {
            let isLarge = ReceiptReference.isTooLarge(event.unmapped)
            merged.unmapped = isLarge ? nil : event.unmapped
            large.unmapped = isLarge ? receipt : nil
        }
    }

    /// Brings the computed fields in line with the stamps.
    private mutating func refresh() {
        guard var current = finding else { return }
        current.status = status
        current.firstSeenTime = seen.first ?? current.firstSeenTime
        current.lastSeenTime = seen.last ?? current.lastSeenTime
        current.fixedTime = fixedTime
        current.raw = raw ?? current.raw
        finding = current
    }

    private var fixedTime: Timestamp? {
        guard status == .fixed, let fixed = stamps[FindingSlots.slot(of: .fixed)] else { return nil }
        return stamps[FindingSlots.slot(of: .fixedTime)] == fixed ? saidFixedTime ?? fixed.time : fixed.time
    }
}
