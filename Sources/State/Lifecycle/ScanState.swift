import FindingModel

/// What is known of one scan, with the stamps that decided it: any order of the same events ends in the same state.
package struct ScanState: Equatable, Sendable {
    /// Nothing before the first event.
    package internal(set) var scan: Scan?
    package internal(set) var stamps = StampSet(slots: ScanSlots.count)
    /// The progress that the newest change told; not part of the scan, because it depends on what was told when.
    package var toldProgress: Int64?
    package var told = ToldTime()
    /// Set while the newest unmapped rest is too large to stand in `scan`.
    package internal(set) var unmapped: ReceiptReference?
    /// The groups whose words were erased with their receipt.
    package internal(set) var erased = ErasedGroups()

    package init() {}

    /// Takes in what one event says about the scan; the stamp's hash must be `ContentHash.of(event, says: says)`.
    ///
    /// - Parameters:
    ///   - generation: The number of the `config` entry that the event was mapped with.
    ///   - words: Of an event whose receipt was erased, digests of the words that are gone.
    package mutating func apply(_ event: Scan, says: ScanFields, stamp: Stamp, generation: UInt64 = 0, words: ErasedGroups? = nil) {
        let stamp = stamp.of(further: says.contains(.status) ? ScanSlots.further(event.status) : 0)
        var merged = scan ?? event
        if scan == nil { merged.unmapped = nil }
        if says.contains(.status) { _ = stamps.advance(ScanSlots.slot(of: event.status), to: stamp) }
        if wins(.name, says, stamp) { merged.name = event.name }
        if wins(.type, says, stamp) { merged.type = event.type }
        if wins(.progress, says, stamp) { merged.progress = event.progress }
        if wins(.scope, says, stamp) { merged.scope = event.scope }
        if wins(.startTime, says, stamp) { merged.startTime = event.startTime }
        if wins(.endTime, says, stamp) { merged.endTime = event.endTime }
        if wins(.duration, says, stamp) { merged.durationMilliseconds = event.durationMilliseconds }
        if wins(.totals, says, stamp) { merged.totals = event.totals }
        if wins(.findingUIDs, says, stamp) { merged.findingUIDs = event.findingUIDs }
        if wins(.errors, says, stamp) { merged.errors = event.errors }
        if wins(.srcURL, says, stamp) { merged.srcURL = event.srcURL }
        if wins(.scanner, says, stamp) { merged.scanner = event.scanner }
        if wins(.unmapped, says, stamp) {
            let isLarge = ReceiptReference.isTooLarge(event.unmapped)
            merged.unmapped = isLarge ? nil : event.unmapped
            unmapped = isLarge ? ReceiptReference(entry: stamp.entry, generation: generation) : nil
        }
        for slot in words?.slots ?? [] where stamps[slot] == stamp { erased[slot] = words?[slot] }
        if stamps.advance(ScanSlots.newest, to: stamp) { merged.raw = event.raw }
        merged.status = status
        scan = merged
    }

    /// Lets stamps of receipts that lie ahead of one received at `received`, whose stamp is `stamp`, count as older than it.
    package mutating func bringBack(to stamp: Stamp, received: Timestamp) {
        if stamps.liesAhead(of: received) { stamps.restamp { $0.bringBack(to: stamp, received: received) } }
    }

    /// Whether an event without a key only repeats the newest one about the scan.
    package func isRepeated(by stamp: Stamp) -> Bool { stamps[ScanSlots.newest].map { stamp.repeats($0) } ?? false }

    /// The status that the stamps stand for.
    package var status: ScanStatus { stamps.newest(in: ScanSlots.known).map { ScanSlots.status(at: $0.slot) } ?? .unknown }

    private mutating func wins(_ group: ScanFields, _ says: ScanFields, _ stamp: Stamp) -> Bool {
        let slot = ScanSlots.slot(of: group)
        guard says.contains(group), stamps.advance(slot, to: stamp) else { return false }
        if !erased.isEmpty { erased[slot] = nil }
        return true
    }
}
