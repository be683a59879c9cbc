import FindingModel

/// What is known of one finding, with the stamps that decided it: any order of the same events ends in the same state.
///
/// A group of fields that an event carried is a last-writer-wins register; the status is computed from the newest stamp of each status class.
package struct FindingState: Equatable, Sendable {
    /// What `finding` is, shared by copies of the state.
    private(set) var known: Boxed<Finding>?
    /// Nothing while only scans have named the finding.
    package internal(set) var finding: Finding? {
        get { known?.value }
        set { known = newValue.map { Boxed($0) } }
    }
    package internal(set) var stamps = StampSet(slots: FindingSlots.count)
    package internal(set) var seen = SeenTimes()
    /// The receipt of the newest event.
    package internal(set) var raw: RawReference?
    /// Set while the newest evidence, or the newest unmapped rest, is too large to stand in `finding`.
    package internal(set) var large = LargeParts()
    /// The words of the fix that counts now.
    package internal(set) var fixes = FixTimes()
    /// The vendor's newest word about the status, also one that says nothing known; `finding` shows it unless a scan's list decided later.
    package internal(set) var saidStatus: String?
    /// The first resource's host as the vendor wrote it, where that is not its ASCII form.
    package internal(set) var writtenHost: String?
    /// The groups whose words were erased with their receipt.
    package internal(set) var erased = ErasedGroups()
    package var told = ToldTime()

    package init() {}

    /// Takes in what one event says about the finding.
    ///
    /// - Parameters:
    ///   - event: The mapped record; groups outside `says` hold defaults.
    ///   - stamp: Its hash must be `ContentHash.of(event, says: says)`.
    ///   - generation: The number of the `config` entry that the event was mapped with.
    ///   - words: Of an event whose receipt was erased, digests of the words that are gone.
    package mutating func apply(_ event: Finding, says: FindingFields, stamp: Stamp, generation: UInt64 = 0, words: ErasedGroups? = nil) {
        let stamp = stamp.of(further: says.contains(.status) ? FindingSlots.further(event.status) : 0)
        let (writtenBefore, erasedBefore) = (writtenHost, erased)
        var merged = known?.value ?? Self.beginning(from: event)
        if says.contains(.status) { takeStatus(of: event, says: says, stamp: stamp) }
        takeTexts(of: event, says: says, stamp: stamp, into: &merged)
        takeRating(of: event, says: says, stamp: stamp, into: &merged)
        takePlaces(of: event, says: says, stamp: stamp, into: &merged)
        if let words { note(words, by: stamp, in: &merged) }
        refreshCross(of: &merged, from: event, writtenBefore: writtenBefore, erasedBefore: erasedBefore)
        takeLargeParts(of: event, says: says, stamp: stamp, receipt: ReceiptReference(entry: stamp.entry, generation: generation), into: &merged)
        seen.add(
            Self.sighting(of: event, says: says), at: stamp.eventTime, saidFirst: says.contains(.firstSeen) ? event.firstSeenTime : nil,
            saidLast: says.contains(.lastSeen) ? event.lastSeenTime : nil)
        if stamps.advance(FindingSlots.newest, to: stamp) { raw = event.raw }
        refresh(&merged)
        known = Boxed(merged)
    }

    /// Takes in that a finished scan names the finding closed.
    package mutating func applyClosed(stamp: Stamp, raw scanRaw: RawReference) {
        let stamp = stamp.of(further: FindingSlots.further(.fixed))
        _ = stamps.advance(FindingSlots.slot(of: .fixed), to: stamp)
        fixes.add(stamp)
        if stamps.advance(FindingSlots.newest, to: stamp) { raw = scanRaw }
        refresh()
    }

    /// Takes in that a finished scan names the finding open: it was seen, so a fix before that did not hold; what people decided about it stays.
    package mutating func applyListed(stamp: Stamp, raw scanRaw: RawReference) {
        let stamp = stamp.of(further: FindingSlots.further(.open))
        _ = stamps.advance(FindingSlots.listed, to: stamp)
        seen.add(.seen, at: stamp.eventTime)
        if stamps.advance(FindingSlots.newest, to: stamp) { raw = scanRaw }
        refresh()
    }

    /// Lets stamps of receipts that lie ahead of `receipt`, received at `received`, count as older than it.
    ///
    /// Only a clock that was ahead makes them, and only stamps without a time of their own have it from there.
    package mutating func bringBack(to stamp: Stamp, received: Timestamp) {
        guard stamps.liesAhead(of: received) else { return }
        stamps.restamp { $0.bringBack(to: stamp, received: received) }
        fixes.restamp { $0.bringBack(to: stamp, received: received) }
    }

    /// Whether an event without a key only repeats the newest one about the finding.
    package func isRepeated(by stamp: Stamp) -> Bool { known != nil && stamps[FindingSlots.newest].map { stamp.repeats($0) } ?? false }

    /// A first record: what belongs to a newer stamp than the event's is cleared before it is merged.
    private static func beginning(from event: Finding) -> Finding {
        var finding = event
        finding.vendorStatus = nil
        finding.fingerprints.writtenHost = nil
        finding.evidence = []
        finding.unmapped = nil
        return finding
    }

    /// Takes note of the words of an event whose receipt was erased, where they stand now. What nobody has said is filled by the first event alone.
    private mutating func note(_ words: ErasedGroups, by stamp: Stamp, in merged: inout Finding) {
        let filled: FindingFields = known == nil ? .filled : []
        let unsaid = FindingFields.words.filter { filled.contains($0) && stamps[FindingSlots.slot(of: $0)] == nil }
        merged.erase(FindingFields(unsaid))
        for slot in words.slots where stamps[slot] == stamp || unsaid.contains(where: { FindingSlots.slot(of: $0) == slot }) { erased[slot] = words[slot] }
    }

    /// Makes the fingerprints that scanners share from what is merged, unless what they are made of has not changed or is all the event's. There are
    /// none while a part of what they are made of is erased.
    private func refreshCross(of merged: inout Finding, from event: Finding, writtenBefore: String?, erasedBefore: ErasedGroups) {
        if erased.contains(any: FindingSlots.identifying) {
            merged.fingerprints = Fingerprints(instance: merged.fingerprints.instance)
            return
        }
        func isMade(of other: Finding) -> Bool {
            merged.resources == other.resources && merged.vulnerabilities == other.vulnerabilities && merged.rule == other.rule
        }
        // Records of older versions have only the first of them.
        let isKnown = known.map { $0.value.fingerprints.cross2 != nil || $0.value.fingerprints.cross1 == nil } ?? false && erasedBefore == erased
        if let known, isKnown, writtenBefore == writtenHost, isMade(of: known.value) { return }
        if event.fingerprints.cross2 != nil, event.fingerprints.writtenHost == writtenHost, isMade(of: event) {
            merged.fingerprints = event.fingerprints
            merged.fingerprints.writtenHost = nil
        } else {
            merged.fingerprints.setCross(
                resources: merged.resources, vulnerabilities: merged.vulnerabilities, rule: merged.rule, writtenHost: writtenHost)
        }
    }

    private mutating func takeStatus(of event: Finding, says: FindingFields, stamp: Stamp) {
        if stamps.advance(FindingSlots.slot(of: .status), to: stamp) { saidStatus = event.vendorStatus }
        _ = stamps.advance(FindingSlots.slot(of: event.status), to: stamp)
        if event.status == .fixed { fixes.add(stamp, said: says.contains(.fixedTime) ? event.fixedTime : nil) }
    }

    private static func sighting(of event: Finding, says: FindingFields) -> SeenTimes.Sighting {
        guard says.contains(.status) else { return .silent }
        return switch event.status {
        case .open, .reopened: .seen
        case .unknown: .silent
        case .fixed, .accepted, .falsePositive, .ignored, .inProgress: .unseen
        }
    }

    private mutating func wins(_ group: FindingFields, _ says: FindingFields, _ stamp: Stamp) -> Bool {
        let slot = FindingSlots.slot(of: group)
        guard says.contains(group), stamps.advance(slot, to: stamp) else { return false }
        if !erased.isEmpty { erased[slot] = nil }
        return true
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
        if wins(.resources, says, stamp) {
            merged.resources = event.resources
            writtenHost = event.fingerprints.writtenHost
        }
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
        guard var current = known?.value else { return forgetFixes() }
        refresh(&current)
        known = Boxed(current)
    }

    private mutating func forgetFixes() { fixes.forget(before: stamps.newest(in: FindingSlots.notFixed)?.stamp) }

    /// Brings the computed fields of what is to be the finding in line with the stamps.
    private mutating func refresh(_ current: inout Finding) {
        forgetFixes()
        let decision = decision
        current.status = decision.status
        current.statusDetail = decision.detail
        // The vendor's own word belongs to the event that carried it; a scan's list carries none.
        let isWord = stamps[FindingSlots.slot(of: .status)].map { word in decision.stamp.map { $0 <= word } ?? true } ?? false
        current.vendorStatus = isWord ? saidStatus : nil
        current.firstSeenTime = seen.first ?? current.firstSeenTime
        current.lastSeenTime = seen.last ?? current.lastSeenTime
        current.fixedTime = decision.status == .fixed ? fixes.time : nil
        current.raw = raw ?? current.raw
    }
}
