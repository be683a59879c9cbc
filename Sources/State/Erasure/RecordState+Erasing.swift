import FindingModel

extension RecordState {
    /// Empties what holds words of the receipt `entry`, which spoke of the record; whether there was anything.
    mutating func erase(_ entry: UInt64) -> Bool {
        let groups = Origins(of: self).groups(of: entry)
        guard groups != 0 else { return false }
        switch self {
        case .finding(var state):
            state.erase(FindingFields(rawValue: groups))
            self = .finding(state)
        case .scan(var state):
            state.erase(ScanFields(rawValue: groups))
            self = .scan(state)
        case .notice(var state):
            state.notice?.erase()
            state.unmapped = nil
            self = .notice(state)
        }
        return true
    }

    /// The record, with erased words in place that compare with those of `other` as the words themselves did.
    func comparable(with other: RecordState) -> Record? {
        switch (self, other) {
        case (.finding(let state), .finding(let other)): state.comparable(with: other).map { .finding($0.value) }
        case (.scan(let state), .scan(let other)): state.comparable(with: other).map { .scan($0) }
        case (.notice(let state), .notice(let other)): state.comparable(with: other).map { .notice($0) }
        default: record
        }
    }
}

extension FindingState {
    fileprivate mutating func erase(_ groups: FindingFields) {
        if groups.contains(.status) { saidStatus = nil }
        if groups.contains(.resources) { writtenHost = nil }
        if groups.contains(.evidence) { large.evidence = nil }
        if groups.contains(.unmapped) { large.unmapped = nil }
        finding?.erase(groups)
        for group in FindingFields.compared where groups.contains(group) { erased[FindingSlots.slot(of: group)] = 0 }
    }

    func comparable(with other: FindingState) -> Boxed<Finding>? {
        guard !(erased.isEmpty && other.erased.isEmpty), var mine = finding, let theirs = other.finding else { return known }
        var differs = false
        for group in FindingFields.compared {
            let slot = FindingSlots.slot(of: group)
            guard erased[slot] != nil || other.erased[slot] != nil else { continue }
            // A rule makes no change.
            if group != .rule, digest(of: group) != other.digest(of: group) { differs = true }
            mine.take(group, of: theirs)
        }
        if differs { mine.title = theirs.title + ErasedText.text }
        return Boxed(mine)
    }

    private func digest(of group: FindingFields) -> UInt64 {
        erased[FindingSlots.slot(of: group)] ?? finding.map { ContentHash.of($0, says: group) } ?? 0
    }
}

extension ScanState {
    fileprivate mutating func erase(_ groups: ScanFields) {
        if groups.contains(.unmapped) { unmapped = nil }
        scan?.erase(groups)
        for group in ScanFields.compared where groups.contains(group) { erased[ScanSlots.slot(of: group)] = 0 }
    }

    func comparable(with other: ScanState) -> Scan? {
        guard !(erased.isEmpty && other.erased.isEmpty), var mine = scan, let theirs = other.scan else { return scan }
        var differs = false
        for group in ScanFields.compared {
            let slot = ScanSlots.slot(of: group)
            guard erased[slot] != nil || other.erased[slot] != nil else { continue }
            if digest(of: group) != other.digest(of: group) { differs = true }
            mine.take(group, of: theirs)
        }
        if differs { mine.errors = theirs.errors + [ErasedText.text] }
        return mine
    }

    private func digest(of group: ScanFields) -> UInt64 { erased[ScanSlots.slot(of: group)] ?? scan.map { ContentHash.of($0, says: group) } ?? 0 }
}

extension NoticeState {
    /// A notice's words are those of its newest stamp, whose hash is over all of them.
    func comparable(with other: NoticeState) -> Notice? {
        guard notice != nil, let theirs = other.notice else { return notice }
        if stamp?.hash == other.stamp?.hash { return theirs }
        var different = theirs
        different.summary += ErasedText.text
        return different
    }
}
