import Digests
import FindingModel

extension RecordState {
    /// 1 had no reference to an unmapped rest; 2 kept neither the words of a fix, nor a word that says nothing known, nor the newest time told; 3 kept no
    /// erased groups.
    private static let version: UInt8 = 4

    /// The part of the state that the record itself does not hold, as it stands in state.db.
    var blob: [UInt8] {
        var writer = BlobWriter()
        writer.byte(Self.version)
        switch self {
        case .finding(let state): state.write(to: &writer)
        case .scan(let state):
            writer.optional(state.toldProgress)
            writer.optional(state.told.newest?.milliseconds)
            writer.optional(state.unmapped)
            state.stamps.write(to: &writer)
            state.erased.write(to: &writer)
        case .notice(let state):
            var stamps = StampSet(slots: 1)
            if let stamp = state.stamp { _ = stamps.advance(0, to: stamp) }
            writer.optional(state.told.newest?.milliseconds)
            writer.optional(state.unmapped)
            stamps.write(to: &writer)
        }
        return writer.bytes
    }

    /// Puts a state together from its two parts in state.db.
    init(kind: RecordKind, blob: [UInt8], record: Record?) throws(StateError) {
        var reader = BlobReader(blob)
        let version = try reader.byte()
        guard (1...Self.version).contains(version) else { throw BlobReader.damaged }
        switch (kind, record) {
        case (.finding, nil): self = .finding(try FindingState(from: &reader, finding: nil, version: version))
        case (.finding, .finding(let finding)): self = .finding(try FindingState(from: &reader, finding: finding, version: version))
        case (.scan, .scan(let scan)): self = .scan(try ScanState(from: &reader, scan: scan, version: version))
        case (.scan, nil): self = .scan(try ScanState(from: &reader, scan: nil, version: version))
        // A rebuild leaves records that today's adapters do not make without data.
        case (.notice, .notice(let notice)): self = .notice(try NoticeState(from: &reader, notice: notice, version: version))
        case (.notice, nil): self = .notice(try NoticeState(from: &reader, notice: nil, version: version))
        default: throw BlobReader.damaged
        }
    }
}

extension ScanState {
    fileprivate init(from reader: inout BlobReader, scan: Scan?, version: UInt8) throws(StateError) {
        self.init()
        self.scan = scan
        toldProgress = try reader.optional()
        if version > 2 { told = ToldTime(try reader.time()) }
        if version > 1 { unmapped = try reader.reference() }
        if version > 2 {
            stamps = try StampSet(from: &reader, slots: ScanSlots.count)
        } else {
            let further = Dictionary(uniqueKeysWithValues: ScanSlots.statuses.map { ($0, ScanSlots.further(ScanSlots.status(at: $0))) })
            stamps = try StampSet(from: &reader, slots: ScanSlots.count, before3: ScanSlots.count, further: further)
            told = ToldTime(stamps[ScanSlots.newest]?.time)
        }
        if version > 3 { erased = try ErasedGroups(from: &reader) }
    }
}

extension NoticeState {
    fileprivate init(from reader: inout BlobReader, notice: Notice?, version: UInt8) throws(StateError) {
        self.init()
        self.notice = notice
        if version > 2 { told = ToldTime(try reader.time()) }
        if version > 1 { unmapped = try reader.reference() }
        if version > 2 {
            stamp = try StampSet(from: &reader, slots: 1)[0]
        } else {
            stamp = try StampSet(from: &reader, slots: 1, before3: 1, further: [:])[0]
            told = ToldTime(stamp?.time)
        }
    }
}

extension FindingState {
    fileprivate func write(to writer: inout BlobWriter) {
        for time in [seen.saidFirst, seen.saidLast, seen.earliest, seen.seen, seen.silent, told.newest] { writer.optional(time?.milliseconds) }
        writer.byte(UInt8(truncatingIfNeeded: fixes.fixes.count))
        for fix in fixes.fixes {
            writer.stamp(fix.stamp)
            writer.optional(fix.said?.milliseconds)
        }
        // A word that the record shows stands there.
        if saidStatus == known?.value.vendorStatus {
            writer.byte(0)
        } else {
            writer.byte(1)
            writer.text(saidStatus ?? "")
        }
        writer.byte(writtenHost == nil ? 0 : 1)
        if let writtenHost { writer.text(writtenHost) }
        writer.optional(large.evidence)
        writer.optional(large.unmapped)
        // A known finding's receipt stands in the record.
        if known == nil, let raw {
            writer.byte(1)
            writer.number(raw.receipt)
            writer.number(Int64(raw.size))
            writer.append(raw.sha256.bytes)
        } else {
            writer.byte(0)
        }
        stamps.write(to: &writer)
        erased.write(to: &writer)
    }

    fileprivate init(from reader: inout BlobReader, finding: Finding?, version: UInt8) throws(StateError) {
        self.init()
        self.finding = finding
        seen.saidFirst = try reader.time()
        seen.saidLast = try reader.time()
        seen.earliest = try reader.time()
        seen.seen = try reader.time()
        saidStatus = finding?.vendorStatus
        var oldFixedTime: Timestamp?
        if version > 2 {
            seen.silent = try reader.time()
            told = ToldTime(try reader.time())
            fixes = try FixTimes(from: &reader)
            if try reader.byte() == 1 { saidStatus = try reader.text() }
            if try reader.byte() == 1 { writtenHost = try reader.text() }
        } else {
            oldFixedTime = try reader.time()
        }
        large.evidence = try reader.reference()
        if version > 1 { large.unmapped = try reader.reference() }
        raw = finding?.raw
        if try reader.byte() == 1 {
            let receipt: UInt64 = try reader.number()
            let size: Int64 = try reader.number()
            guard let digest = SHA256Digest(try reader.take(32)), let bytes = Int(exactly: size) else { throw BlobReader.damaged }
            raw = RawReference(receipt: receipt, sha256: digest, size: bytes)
        }
        if version > 2 {
            stamps = try StampSet(from: &reader, slots: FindingSlots.count)
        } else {
            try readOldStamps(from: &reader, saidFixedTime: oldFixedTime)
        }
        if version > 3 { erased = try ErasedGroups(from: &reader) }
    }

    /// Reads the stamps of a version before 3, and makes of them what that version did not keep, as far as they say it.
    private mutating func readOldStamps(from reader: inout BlobReader, saidFixedTime: Timestamp?) throws(StateError) {
        let further = Dictionary(uniqueKeysWithValues: FindingSlots.statuses.map { ($0, FindingSlots.further(FindingSlots.status(at: $0))) })
        stamps = try StampSet(from: &reader, slots: FindingSlots.count, before3: FindingSlots.countBefore3, further: further)
        told = ToldTime(stamps[FindingSlots.newest]?.time)
        if saidStatus != nil, let word = stamps.newest(in: FindingSlots.statuses) { _ = stamps.advance(FindingSlots.slot(of: .status), to: word.stamp) }
        guard let fixed = stamps[FindingSlots.slot(of: .fixed)] else { return }
        // What it says the fix's time was is kept: the words of older fixes are gone.
        let said = stamps[FindingSlots.slot(of: .fixedTime)] == fixed ? saidFixedTime : nil
        fixes.add(fixed, said: said ?? finding?.fixedTime)
        fixes.forget(before: stamps.newest(in: FindingSlots.notFixed)?.stamp)
    }
}

extension FixTimes {
    fileprivate init(from reader: inout BlobReader) throws(StateError) {
        var fixes: [Fix] = []
        for _ in 0..<(try reader.byte()) { fixes.append(Fix(stamp: try reader.stamp(), said: try reader.time())) }
        self.init(fixes)
    }
}

extension BlobWriter {
    fileprivate mutating func optional(_ value: Int64?) {
        guard let value else { return byte(0) }
        byte(1)
        number(value)
    }

    fileprivate mutating func optional(_ reference: ReceiptReference?) {
        optional(reference.map { Int64(bitPattern: $0.entry) })
        optional(reference.map { Int64(bitPattern: $0.generation) })
    }
}

extension BlobReader {
    fileprivate mutating func optional() throws(StateError) -> Int64? { try byte() == 1 ? try number() : nil }

    fileprivate mutating func reference() throws(StateError) -> ReceiptReference? {
        let entry = try optional(), generation = try optional()
        guard let entry, let generation else { return nil }
        return ReceiptReference(entry: UInt64(bitPattern: entry), generation: UInt64(bitPattern: generation))
    }

    fileprivate mutating func time() throws(StateError) -> Timestamp? { try optional().map { Timestamp(milliseconds: $0) } }
}
