import FindingModel
import JSONDocument

/// Brings together what one event says of one record in several places, by rules that know no order: the worst severity, the most open status,
/// everything that lists hold, and else the words of the worst place.
enum RecordMerge {
    /// The records, each once, where the first of it stood.
    static func merged(_ records: [MappedRecord]) -> [MappedRecord] {
        var places: [String: Int] = [:]
        var groups: [[MappedRecord]] = []
        for record in records {
            if let place = places[record.uid] {
                groups[place].append(record)
            } else {
                places[record.uid] = groups.count
                groups.append([record])
            }
        }
        return groups.map { $0.count == 1 ? $0[0] : merged(group: $0) }
    }

    private static func merged(group: [MappedRecord]) -> MappedRecord {
        let sorted = group.map { (record: $0, text: $0.record.json.bytes) }
            .sorted { $0.record.urgency != $1.record.urgency ? $0.record.urgency > $1.record.urgency : $0.text.lexicographicallyPrecedes($1.text) }
            .map(\.record)
        let whole = sorted.dropFirst().reduce(sorted[0]) { merged, next in
            switch (merged, next) {
            case (.finding(var finding, var says), .finding(let other, let more)):
                finding.merge(other, says: &says, more: more)
                return .finding(finding, says: says)
            case (.scan(var scan, var says), .scan(let other, let more)):
                scan.merge(other, says: &says, more: more)
                return .scan(scan, says: says)
            default: return merged
            }
        }
        switch whole {
        case .finding(var finding, let says):
            finding.bringListsTogether()
            return .finding(finding, says: says)
        case .scan(var scan, let says):
            scan.bringListsTogether()
            return .scan(scan, says: says)
        case .notice: return whole
        }
    }
}

extension MappedRecord {
    fileprivate var uid: String {
        switch self {
        case .finding(let finding, _): finding.uid
        case .scan(let scan, _): scan.uid
        case .notice(let notice): notice.uid
        }
    }

    /// What comes first among the places that speak of a record.
    fileprivate var urgency: UInt8 {
        if case .finding(let finding, let says) = self, says.contains(.severity) { finding.severity.rawValue + 1 } else { 0 }
    }
}

extension Finding {
    /// Takes in what `other`, which is no worse, says of the same finding.
    fileprivate mutating func merge(_ other: Finding, says: inout FindingFields, more: FindingFields) {
        let new = more.subtracting(says)
        if new.contains(.title) { title = other.title }
        if new.contains(.desc) { desc = other.desc }
        if new.contains(.remediation) { remediation = other.remediation }
        if new.contains(.scanner) { scanner = other.scanner }
        if new.contains(.rule) { rule = other.rule }
        if new.contains(.scanUID) { scanUID = other.scanUID }
        if new.contains(.sourceUID) { sourceUID = other.sourceUID }
        if new.contains(.unmapped) { unmapped = other.unmapped }
        if more.contains(.status), !says.contains(.status) || status.openness < other.status.openness {
            status = other.status
            vendorStatus = other.vendorStatus
        }
        if more.contains(.fixedTime) { fixedTime = [fixedTime, other.fixedTime].compactMap { $0 }.max() }
        if more.contains(.occurrenceCount) { occurrenceCount = [occurrenceCount, other.occurrenceCount].compactMap { $0 }.max() }
        mergeSeenTimes(other, says: says, more: more)
        vulnerabilities += other.vulnerabilities
        resources += other.resources
        evidence += other.evidence
        tickets += other.tickets
        labels += other.labels
        says.formUnion(more)
    }

    /// Each item once, in an order of its own; done once, after all places have added theirs.
    fileprivate mutating func bringListsTogether() {
        vulnerabilities = Self.union(vulnerabilities) { $0.write(to: &$1) }
        resources = Self.union(resources) { $0.write(to: &$1) }
        evidence = Self.union(evidence) { $0.write(to: &$1) }
        tickets = Self.union(tickets) { $0.write(to: &$1) }
        labels = Set(labels).sorted()
        fingerprints.setCross(resources: resources, vulnerabilities: vulnerabilities, rule: rule)
    }

    private mutating func mergeSeenTimes(_ other: Finding, says: FindingFields, more: FindingFields) {
        if more.contains(.firstSeen) == says.contains(.firstSeen) {
            firstSeenTime = min(firstSeenTime, other.firstSeenTime)
        } else if more.contains(.firstSeen) {
            firstSeenTime = other.firstSeenTime
        }
        if more.contains(.lastSeen) == says.contains(.lastSeen) {
            lastSeenTime = max(lastSeenTime, other.lastSeenTime)
        } else if more.contains(.lastSeen) {
            lastSeenTime = other.lastSeenTime
        }
    }

    private static func union<Item>(_ items: [Item], _ write: (Item, inout JSONWriter) -> Void) -> [Item] {
        var seen: Set<[UInt8]> = []
        let texts = items.map { item in
            var writer = JSONWriter()
            write(item, &writer)
            return (item: item, text: writer.bytes)
        }
        return texts.filter { seen.insert($0.text).inserted }.sorted { $0.text.lexicographicallyPrecedes($1.text) }.map(\.item)
    }
}

extension FindingStatus {
    /// Of several places that speak of one finding the most open one counts: it is not fixed while one of them says that it is there.
    fileprivate var openness: Int {
        switch self {
        case .unknown: 0
        case .fixed: 1
        case .ignored: 2
        case .falsePositive: 3
        case .accepted: 4
        case .inProgress: 5
        case .open: 6
        case .reopened: 7
        }
    }
}

extension Scan {
    /// Takes in what `other` says of the same scan.
    fileprivate mutating func merge(_ other: Scan, says: inout ScanFields, more: ScanFields) {
        let new = more.subtracting(says)
        if new.contains(.name) { name = other.name }
        if new.contains(.type) { type = other.type }
        if new.contains(.scope) { scope = other.scope }
        if new.contains(.startTime) { startTime = other.startTime }
        if new.contains(.endTime) { endTime = other.endTime }
        if new.contains(.duration) { durationMilliseconds = other.durationMilliseconds }
        if new.contains(.totals) { totals = other.totals }
        if new.contains(.srcURL) { srcURL = other.srcURL }
        if new.contains(.scanner) { scanner = other.scanner }
        if new.contains(.unmapped) { unmapped = other.unmapped }
        if more.contains(.status), !says.contains(.status) || status.progress < other.status.progress { status = other.status }
        if more.contains(.progress) { progress = [progress, other.progress].compactMap { $0 }.max() }
        errors += other.errors
        if let named = other.findingUIDs {
            if findingUIDs == nil { findingUIDs = FindingUIDs() }
            findingUIDs?.new += named.new
            findingUIDs?.open += named.open
            findingUIDs?.closed += named.closed
        }
        says.formUnion(more)
    }

    /// Each item once, in an order of its own; done once, after all places have added theirs.
    fileprivate mutating func bringListsTogether() {
        errors = Set(errors).sorted()
        findingUIDs = findingUIDs.map { FindingUIDs(new: Set($0.new).sorted(), open: Set($0.open).sorted(), closed: Set($0.closed).sorted()) }
    }
}

extension ScanStatus {
    /// Of several places that speak of one scan the furthest counts.
    fileprivate var progress: Int {
        switch self {
        case .unknown: 0
        case .scheduled: 1
        case .queued: 2
        case .started: 3
        case .cancelled: 4
        case .failed: 5
        case .completed: 6
        }
    }
}
