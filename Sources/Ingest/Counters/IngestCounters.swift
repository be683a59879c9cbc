import NIOCore
import Synchronization

/// What the ingest port has counted since the start; it outlives changes of the source table.
package final class IngestCounters: Sendable {
    /// The name under which requests for sources that do not exist are counted.
    package static let unknownSource = "(unknown)"
    /// The name under which requests that never got as far as a source are counted.
    package static let noSource = "(none)"

    let unknown = SourceCounters(name: IngestCounters.unknownSource)
    let none = SourceCounters(name: IngestCounters.noSource)
    private let sources = Mutex<[String: SourceCounters]>([:])

    package init() {}

    /// The counters of the source `name`, begun at zero when it is new.
    func source(_ name: String) -> SourceCounters {
        sources.withLock { sources in
            if let known = sources[name] { return known }
            let new = SourceCounters(name: name)
            sources[name] = new
            return new
        }
    }

    /// The counts of every source ever configured in this process, by name; `(unknown)` and `(none)` too once they have counted anything.
    package func snapshot() -> [String: SourceTally] {
        var tallies = sources.withLock { $0 }.mapValues(\.tally)
        for extra in [unknown, none] where !extra.tally.refusals.isEmpty { tallies[extra.name] = extra.tally }
        return tallies
    }
}

/// The counters of one source, shared by the event loops.
final class SourceCounters: Sendable {
    let name: String
    private let state = Mutex(SourceTally())

    init(name: String) { self.name = name }

    var tally: SourceTally { state.withLock { $0 } }

    func accept(bytes: Int, duplicate: Bool, late: Bool) { state.withLock { $0.accept(bytes: bytes, duplicate: duplicate, late: late) } }

    func refuse(_ record: RefusalRecord, at now: NIODeadline) -> UInt64? { state.withLock { $0.refuse(record, at: now) } }
}
