import Digests
import FindingModel

extension RecordState {
    /// 1 had no reference to an unmapped rest.
    private static let version: UInt8 = 2

    /// The part of the state that the record itself does not hold, as it stands in state.db.
    var blob: [UInt8] {
        var writer = BlobWriter()
        writer.byte(Self.version)
        switch self {
        case .finding(let state): state.write(to: &writer)
        case .scan(let state):
            writer.optional(state.toldProgress)
            writer.optional(state.unmapped)
            state.stamps.write(to: &writer)
        case .notice(let state):
            var stamps = StampSet(slots: 1)
            if let stamp = state.stamp { _ = stamps.advance(0, to: stamp) }
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
        let hasUnmapped = version > 1
        switch (kind, record) {
        case (.finding, nil): self = .finding(try FindingState(from: &reader, finding: nil, hasUnmapped: hasUnmapped))
        case (.finding, .finding(let finding)): self = .finding(try FindingState(from: &reader, finding: finding, hasUnmapped: hasUnmapped))
        case (.scan, .scan), (.scan, nil):
            var state = ScanState()
            if case .scan(let scan)? = record { state.scan = scan }
            state.toldProgress = try reader.optional()
            if hasUnmapped { state.unmapped = try reader.reference() }
            state.stamps = try StampSet(from: &reader, slots: ScanSlots.count)
            self = .scan(state)
        // A rebuild leaves records that today's adapters do not make without data.
        case (.notice, .notice), (.notice, nil):
            var state = NoticeState()
            if case .notice(let notice)? = record { state.notice = notice }
            if hasUnmapped { state.unmapped = try reader.reference() }
            state.stamp = try StampSet(from: &reader, slots: 1)[0]
            self = .notice(state)
        default: throw BlobReader.damaged
        }
    }
}

extension FindingState {
    fileprivate func write(to writer: inout BlobWriter) {
        for time in [seen.saidFirst, seen.saidLast, seen.earliest, seen.latest, saidFixedTime] { writer.optional(time?.milliseconds) }
        writer.optional(large.evidence)
        writer.optional(large.unmapped)
        // A known finding's receipt stands in the record.
        if finding == nil, let raw {
            writer.byte(1)
            writer.number(raw.receipt)
            writer.number(Int64(raw.size))
            writer.append(raw.sha256.bytes)
        } else {
            writer.byte(0)
        }
        stamps.write(to: &writer)
    }

    fileprivate init(from reader: inout BlobReader, finding: Finding?, hasUnmapped: Bool) throws(StateError) {
        self.init()
        self.finding = finding
        seen.saidFirst = try reader.time()
        seen.saidLast = try reader.time()
        seen.earliest = try reader.time()
        seen.latest = try reader.time()
        saidFixedTime = try reader.time()
        large.evidence = try reader.reference()
        if hasUnmapped { large.unmapped = try reader.reference() }
        raw = finding?.raw
        if try reader.byte() == 1 {
            let receipt: UInt64 = try reader.number()
            let size: Int64 = try reader.number()
            guard let digest = SHA256Digest(try reader.take(32)), let bytes = Int(exactly: size) else { throw BlobReader.damaged }
            raw = RawReference(receipt: receipt, sha256: digest, size: bytes)
        }
        stamps = try StampSet(from: &reader, slots: FindingSlots.count)
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
