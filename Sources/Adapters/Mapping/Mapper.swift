import FindingModel
import JSONDocument

/// Makes one event of one parsed body.
struct Mapper {
    /// An event's time may be this much ahead of its receipt; one that is further ahead is taken only where the event gives no other.
    static let clockTolerance: Int64 = 10 * 60 * 1000

    let adapter: String
    let plan: AdapterPlan
    let account: String
    let zone: TimeZoneRules

    /// - Parameters:
    ///   - tape: the body, with strings that hold JSON replaced by what they hold.
    ///   - drift: what was noted before.
    /// - Returns: nothing when the event would become more than `OutputBudget` allows.
    func map(_ tape: JSONTape, _ input: MappingInput, drift: DriftCollector) -> MappedEvent? {
        var evaluator = Evaluator(plan: plan, tape: tape, headers: input.headers, zone: zone, bodyBytes: input.body.count)
        evaluator.drift = drift
        let event = plan.event
        evaluator.walk(event.trie, notesDrift: false)
        let key = eventKey(&evaluator)
        let kind = eventKind(&evaluator)
        let time = eventTime(&evaluator, receivedTime: input.receivedTime)
        let known = kind.number.map { event.kinds[$0] }
        let rank = min(kind.number ?? event.mapped, event.mapped)
        var mapped = MappedEvent(
            key: key, kind: known?.name ?? DriftCollector.shortened(kind.word), kindRank: rank, time: time?.time, latestTime: time?.latest, ignored: false,
            records: [], drift: [])
        if let known, known.entry == nil {
            mapped.ignored = true
            mapped.drift = evaluator.drift.found
            return mapped
        }
        let context = RecordMaker.Context(
            adapter: adapter, account: account, raw: RawReference(receipt: input.receipt, sha256: input.bodySHA256, size: input.bodySize),
            receivedTime: input.receivedTime, eventKey: key, kind: mapped.kind,
            eventTime: time?.limited(to: input.receivedTime.advanced(byMilliseconds: Self.clockTolerance)))
        var maker = RecordMaker(context: context, evaluator: evaluator)
        if let entry = known?.entry {
            maker.evaluator.walk(plan.entries[entry].trie, notesDrift: true)
            maker.make(plan.entries[entry])
        } else {
            maker.evaluator.drift.add(.kind, mapped.kind)
            maker.makeNotice()
        }
        if maker.evaluator.budget.isSpent { return nil }
        maker.evaluator.noteUnreadable()
        mapped.drift = maker.evaluator.drift.found
        mapped.records = maker.finish()
        return mapped
    }

    private func eventKey(_ evaluator: inout Evaluator) -> String? {
        guard let id = plan.event.key else { return nil }
        if let key = evaluator.key(id, 0) { return key.text }
        evaluator.drift.add(.key, "event")
        return nil
    }

    /// The kind's word and its number among the adapter's kinds; an adapter that reads no kind has one kind for all events.
    private func eventKind(_ evaluator: inout Evaluator) -> (word: String, number: Int?) {
        guard let id = plan.event.kind else { return ("event", plan.event.kinds.isEmpty ? nil : 0) }
        guard let word = evaluator.text(id, 0) else { return ("", nil) }
        var text = word
        let number = text.withUTF8 { plan.event.words.find(ASCII.trimmed(UnsafeRawBufferPointer($0))) }
        return (word, number)
    }

    private func eventTime(_ evaluator: inout Evaluator, receivedTime: Timestamp) -> TimeReading? {
        guard let id = plan.event.time else { return nil }
        let latest = receivedTime.advanced(byMilliseconds: Self.clockTolerance)
        var ahead: (time: TimeReading, place: Int)?
        let time = evaluator.first(id, 0) { evaluator, value -> TimeReading? in
            guard let time = evaluator.time(of: value, unit: nil, dateOnlyIsEndOfDay: false) else { return nil }
            guard time.time > latest else { return time }
            if ahead == nil { ahead = (time, value.place) }
            return nil
        }
        if let ahead { evaluator.drift.add(.type, ahead.place >= 0 ? plan.tables.places[ahead.place] : "event") }
        return time ?? ahead?.time
    }
}

extension RecordMaker {
    /// All records, scans first, each with what is left over for it; what the event says of one record in several places is brought together.
    consuming func finish() -> [MappedRecord] {
        let (scans, findings, notices, repeatsRecords) = (scans, findings, notices, repeatsRecords)
        var unmapped = UnmappedWriter(evaluator, items: scans.map(\.item) + findings.map(\.item) + notices.map(\.item))
        var records: [MappedRecord] = []
        records.reserveCapacity(scans.count + findings.count + notices.count)
        for made in scans {
            var (scan, says) = made.body
            scan.unmapped = unmapped.rest(of: made.item)
            if scan.unmapped != nil { says.insert(.unmapped) }
            records.append(.scan(scan, says: says))
        }
        for made in findings {
            var (finding, says) = made.body
            finding.unmapped = unmapped.rest(of: made.item)
            if finding.unmapped != nil { says.insert(.unmapped) }
            records.append(.finding(finding, says: says))
        }
        for made in notices {
            var notice = made.body
            notice.unmapped = unmapped.rest(of: made.item)
            records.append(.notice(notice))
        }
        return repeatsRecords ? RecordMerge.merged(records) : records
    }
}
