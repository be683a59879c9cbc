import FindingModel

/// Which receipts the words of a record come from: what a change keeps of its record's stamps, so that a receipt's words can be taken out of it.
struct Origins: Equatable {
    /// A receipt, and the groups of words that stand by its stamp, as bits of `FindingFields` or `ScanFields`; for a notice, 1.
    private struct Part: Equatable {
        let entry: UInt64
        var groups: UInt32
    }

    /// The groups that nobody said: any of the events about the record may have filled them.
    private var unsaid: UInt32 = 0
    private var parts: [Part] = []

    init(of state: RecordState) {
        switch state {
        case .finding(let state):
            for group in FindingFields.words {
                let stamp = state.stamps[FindingSlots.slot(of: group)]
                if stamp == nil, FindingFields.filled.contains(group) { unsaid |= group.rawValue }
                add(group.rawValue, stamp)
            }
        case .scan(let state): for group in ScanFields.words { add(group.rawValue, state.stamps[ScanSlots.slot(of: group)]) }
        case .notice(let state): add(1, state.stamp)
        }
    }

    /// Reads what `blob` gave.
    init(_ blob: [UInt8]) throws(StateError) {
        var reader = BlobReader(blob)
        unsaid = try reader.number()
        while !reader.isAtEnd {
            let entry: UInt64 = try reader.number()
            parts.append(Part(entry: entry, groups: try reader.number()))
        }
    }

    /// The form in which it stands in state.db.
    var blob: [UInt8] {
        var writer = BlobWriter()
        writer.number(unsaid)
        for part in parts {
            writer.number(part.entry)
            writer.number(part.groups)
        }
        return writer.bytes
    }

    /// The groups that may hold words of the receipt `entry`, which spoke of the record.
    func groups(of entry: UInt64) -> UInt32 { unsaid | (parts.first { $0.entry == entry }?.groups ?? 0) }

    /// The groups that are known to hold words of the receipt `entry`.
    func said(by entry: UInt64) -> UInt32? { parts.first { $0.entry == entry }?.groups }

    private mutating func add(_ group: UInt32, _ stamp: Stamp?) {
        guard let stamp else { return }
        if let index = parts.firstIndex(where: { $0.entry == stamp.entry }) {
            parts[index].groups |= group
        } else {
            parts.append(Part(entry: stamp.entry, groups: group))
        }
    }
}
