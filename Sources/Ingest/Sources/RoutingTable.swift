import Adapters
import Digests

/// Finds a source by the bytes of its name, without making a string of them.
final class RoutingTable: Sendable {
    private struct Slot: Sendable {
        let name: [UInt8]
        let source: RoutedSource
    }

    /// Open addressing, at most half full.
    private let slots: [Slot?]
    private let byName: [String: RoutedSource]
    /// What requests for unknown names are put to: one for each way in which the sources authenticate, with secrets that nobody knows.
    private let decoys: [(mark: [UInt8], source: RoutedSource)]
    /// Keys the choice among `decoys`, so that nobody can foretell it.
    private let choice: HMACKey
    /// The largest body of any source: what a body may be announced as by those who prove who they are with it.
    let bodyMax: Int

    /// The table for `table`; sources of `previous` with the same name and limits keep what is left of their allowance.
    init(_ table: SourceTable, counters: IngestCounters, previous: RoutingTable?) {
        var byName: [String: RoutedSource] = [:]
        for source in table.sources where byName[source.name] == nil {
            let before = previous?.byName[source.name]?.allowance
            let allowance = before.flatMap { $0.limits == source.limits ? $0 : nil } ?? SharedAllowance(source.limits)
            byName[source.name] = RoutedSource(source, generation: table.generation, counters: counters.source(source.name), allowance: allowance)
        }
        var slots = [Slot?](repeating: nil, count: 1 << (Int.bitWidth - (byName.count * 2).leadingZeroBitCount))
        for (name, source) in byName {
            let slot = Slot(name: Array(name.utf8), source: source)
            var index = slot.name.withUnsafeBytes { Self.hash($0) } & (slots.count - 1)
            while slots[index] != nil { index = (index + 1) & (slots.count - 1) }
            slots[index] = slot
        }
        self.byName = byName
        self.slots = slots
        choice = HMACKey(table.standInKey, algorithm: .sha256)
        bodyMax = table.sources.map(\.limits.bodyMax).max() ?? SourceLimits().bodyMax
        decoys = Self.makeDecoys(table, counters: counters)
    }

    /// The source called `name`.
    func find(_ name: UnsafeRawBufferPointer) -> RoutedSource? {
        var index = Self.hash(name) & (slots.count - 1)
        while let slot = slots[index] {
            if slot.name.count == name.count, slot.name.elementsEqual(name) { return slot.source }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    /// What stands in for `name`, which no source has: always the same, so that unknown names answer as some source would to a wrong
    /// credential, at the same point of the request and after the same work.
    ///
    /// Each way of authenticating has a number for each name, and the highest wins: a source that comes or goes changes few names' answers.
    func decoy(for name: UnsafeRawBufferPointer) -> RoutedSource? {
        guard decoys.count > 1 else { return decoys.first?.source }
        var best: (code: [UInt8], source: RoutedSource)?
        for decoy in decoys {
            let code = decoy.mark.withUnsafeBytes { choice.code(for: $0, name) }
            if best.map({ $0.code.lexicographicallyPrecedes(code) }) ?? true { best = (code, decoy.source) }
        }
        return best?.source
    }

    private static func makeDecoys(_ table: SourceTable, counters: IngestCounters) -> [(mark: [UInt8], source: RoutedSource)] {
        var schemes: [AuthenticationScheme] = []
        for source in table.sources where !schemes.contains(source.authenticator.scheme) { schemes.append(source.authenticator.scheme) }
        let work = table.sources.map(\.authenticator.work).max() ?? 0
        return schemes.map { scheme in
            let secret = LabelledSecret(label: "", value: RandomBytes.secure(32))
            let source = IngestSource(
                name: IngestCounters.unknownSource, authenticator: Authenticator(scheme: scheme, secrets: [secret], work: work),
                redactor: Redactor(rules: RedactionRules(), secrets: []))
            let allowance = SharedAllowance(source.limits)
            let decoy = RoutedSource(source, generation: table.generation, counters: counters.unknown, allowance: allowance, exists: false)
            return (Array("\(scheme)".utf8), decoy)
        }
    }

    /// FNV-1a, brought to a non-negative number.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7fff_ffff)
    }
}
