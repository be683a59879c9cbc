import Adapters
import FindingModel

extension Projection {
    /// Takes one record of an event into what is known of it, and tells the change that this makes, if any.
    func take(_ record: MappedRecord, event: EventInWork) throws {
        switch record {
        case .finding(let finding, let says): try take(finding, says: says, stamp: event.stamp(of: record), event: event)
        case .scan(let scan, let says): try take(scan, says: says, stamp: event.stamp(of: record), event: event)
        case .notice(let notice): try take(notice, stamp: event.stamp(of: record), event: event)
        }
    }

    func take(_ notice: Notice, stamp: Stamp, event: EventInWork) throws {
        let record = try records.record(notice.uid, kind: .notice)
        guard case .notice(let before) = record.state else { return }
        var state = before
        state.apply(notice, stamp: stamp, generation: event.entry.generation)
        guard state != before, let after = state.notice else { return }
        record.state = .notice(state)
        records.touch(record, source: event.source, received: event.entry.received)
        // A rest that stands in receipts is compared by the hash over all that was said.
        let restDiffers = state.unmapped != nil && before.unmapped != nil && before.stamp?.hash != stamp.hash
        guard let type = ChangeType.of(restDiffers ? nil : before.notice, after) else { return }
        try changes.write(type, of: record, source: event.source, time: event.time.time, entry: event.entry)
    }

    private func take(_ finding: Finding, says: FindingFields, stamp: Stamp, event: EventInWork) throws {
        let record = try records.record(finding.uid, kind: .finding)
        guard case .finding(let before) = record.state else { return }
        var state = before
        state.apply(finding, says: says, stamp: stamp, time: event.time.time, generation: event.entry.generation)
        try put(state, over: before, in: record, event: event)
    }

    private func take(_ scan: Scan, says: ScanFields, stamp: Stamp, event: EventInWork) throws {
        let record = try records.record(scan.uid, kind: .scan)
        guard case .scan(let before) = record.state else { return }
        var state = before
        state.apply(scan, says: says, stamp: stamp, generation: event.entry.generation)
        if state != before, let after = state.scan {
            let type = ChangeType.of(before.scan, after, toldProgress: before.toldProgress)
            if type != nil { state.toldProgress = after.progress }
            record.state = .scan(state)
            records.touch(record, source: event.source, received: event.entry.received)
            if let type { try changes.write(type, of: record, source: event.source, time: event.time.time, entry: event.entry) }
        }
        guard says.contains(.status), scan.status == .completed, let closed = scan.findingUIDs?.closed else { return }
        for uid in closed { try close(uid, by: scan, stamp: stamp, event: event) }
    }

    /// A completed scan names the finding closed; one that nobody has spoken of yet keeps the stamp and makes no change.
    private func close(_ uid: String, by scan: Scan, stamp: Stamp, event: EventInWork) throws {
        let record = try records.record(uid, kind: .finding)
        guard case .finding(let before) = record.state else { return }
        var state = before
        state.applyClosed(stamp: stamp, raw: scan.raw)
        try put(state, over: before, in: record, event: event)
    }

    private func put(_ state: FindingState, over before: FindingState, in record: RecordEntry, event: EventInWork) throws {
        guard state != before else { return }
        record.state = .finding(state)
        records.touch(record, source: event.source, received: event.entry.received)
        guard let after = state.finding, let type = ChangeType.of(before.finding, after) else { return }
        try changes.write(type, of: record, source: event.source, time: event.time.time, entry: event.entry)
    }
}
