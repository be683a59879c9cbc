import Adapters
import FindingModel

extension Projection {
    /// Takes one record of an event into what is known of it, and tells the change that this makes, if any.
    func take(_ record: MappedRecord, event: EventInWork) throws {
        switch record {
        case .finding(let finding, let says): try event.unit { try take(finding, says: says, stamp: event.stamp(of: record), event: event) }
        case .scan(let scan, let says): try take(scan, says: says, stamp: event.stamp(of: record), event: event)
        case .notice(let notice): try event.unit { try take(notice, stamp: event.stamp(of: record), event: event) }
        }
    }

    func take(_ notice: Notice, stamp: Stamp, event: EventInWork) throws {
        let record = try records.record(notice.uid, kind: .notice)
        guard case .notice(let before) = record.state else { return }
        var state = before
        state.bringBack(to: stamp, received: event.received)
        state.apply(notice, stamp: stamp, generation: event.entry.generation)
        guard state != before, let after = state.notice else { return }
        let type = ChangeType.of(before.comparable(with: state), after)
        let told = type.map { ToldChange($0, at: event.time.time, in: &state.told) }
        record.state = .notice(state)
        records.touch(record, source: event.source, by: Touch(event.entry))
        if let told { try changes.write(told, of: record, source: event.source, entry: event.entry) }
    }

    private func take(_ finding: Finding, says: FindingFields, stamp: Stamp, event: EventInWork) throws {
        try update(finding.uid, stamp: stamp, event: event) {
            $0.apply(finding, says: says, stamp: stamp, generation: event.entry.generation, words: event.words?.digests)
        }
    }

    private func take(_ scan: Scan, says: ScanFields, stamp: Stamp, event: EventInWork) throws {
        try event.unit { try put(scan, says: says, stamp: stamp, event: event) }
        guard says.contains(.status), scan.status == .completed, let named = scan.findingUIDs else { return }
        try takeLists(named, stamp: event.listStamp(of: scan, says: says, hash: stamp.hash), raw: scan.raw, event: event)
    }

    private func put(_ scan: Scan, says: ScanFields, stamp: Stamp, event: EventInWork) throws {
        let record = try records.record(scan.uid, kind: .scan)
        guard case .scan(let before) = record.state else { return }
        var state = before
        state.bringBack(to: stamp, received: event.received)
        state.apply(scan, says: says, stamp: stamp, generation: event.entry.generation, words: event.words?.digests)
        guard state != before, let after = state.scan else { return }
        let type = ChangeType.of(before.comparable(with: state), after, toldProgress: before.toldProgress)
        if type != nil { state.toldProgress = after.progress }
        let told = type.map { ToldChange($0, at: event.time.time, in: &state.told) }
        record.state = .scan(state)
        records.touch(record, source: event.source, by: Touch(event.entry))
        if let told { try changes.write(told, of: record, source: event.source, entry: event.entry) }
    }

    /// What a finished scan names closed is fixed, what it names open was seen; a finding that nobody has spoken of yet keeps the stamp and makes
    /// no change.
    private func takeLists(_ named: Scan.FindingUIDs, stamp: Stamp, raw: RawReference, event: EventInWork) throws {
        for uid in named.closed { try event.unit { try update(uid, stamp: stamp, event: event) { $0.applyClosed(stamp: stamp, raw: raw) } } }
        for uid in named.new + named.open {
            try event.unit { try update(uid, stamp: stamp, event: event) { $0.applyListed(stamp: stamp, raw: raw) } }
        }
    }

    /// Changes what is known of a finding, and tells the change that this makes, if any.
    private func update(_ uid: String, stamp: Stamp, event: EventInWork, _ change: (inout FindingState) -> Void) throws {
        let record = try records.record(uid, kind: .finding)
        guard case .finding(let before) = record.state else { return }
        var state = before
        state.bringBack(to: stamp, received: event.received)
        change(&state)
        guard state != before else { return }
        let type = state.known.flatMap { ChangeType.of(before.comparable(with: state), $0) }
        let told = type.map { type in
            // A late word can change what an earlier one made of the status: then that one's time counts.
            let time = type == ChangeType.findingUpdated ? nil : state.decision.stamp?.eventTime
            return ToldChange(type, at: time ?? event.time.time, in: &state.told)
        }
        record.state = .finding(state)
        records.touch(record, source: event.source, by: Touch(event.entry))
        if let told { try changes.write(told, of: record, source: event.source, entry: event.entry) }
    }
}
