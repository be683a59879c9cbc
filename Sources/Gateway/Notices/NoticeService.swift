import FindingModel
import Ingest
import Logging
import State
import Synchronization

/// Looks at the running gateway every few seconds and writes what it has to say into the journal, from where it goes to the sinks like any change.
final class NoticeService: Sendable {
    /// Where it looks, and where it writes.
    struct Surroundings: Sendable {
        let queries: StateQueries
        let tallies: @Sendable () -> [String: SourceTally]
        let wall: @Sendable () -> Timestamp
        let monotonic: @Sendable () -> Int64
        /// The sources in force, which a reload replaces.
        let sources: @Sendable () -> [WatchedSource]
        /// The disks that have less room than the reserve now.
        let lowDisks: @Sendable () -> [StorageVolumes.Low]
        /// Told of them at each look.
        let onLook: @Sendable ([StorageVolumes.Low]) -> Void
        let log: Logger
        /// Writes a notice into the journal.
        let say: @Sendable (GatewayNotice) -> Void
    }

    private let surroundings: Surroundings
    private let interval: Duration
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ surroundings: Surroundings, interval: Duration = .seconds(10)) {
        self.surroundings = surroundings
        self.interval = interval
    }

    func start() {
        task.withLock { task in
            if task == nil { task = Task { await run() } }
        }
    }

    /// Returns when nothing is looked at any more.
    func stop() async {
        let running = task.withLock { $0 }
        running?.cancel()
        await running?.value
    }

    private func run() async {
        var sources = surroundings.sources()
        var watch = NoticeWatch(silentAfter: sources.limits, lastReceived: await lastReceived(sources))
        surroundings.onLook(surroundings.lowDisks())
        while (try? await Task.sleep(for: interval)) != nil {
            if case let present = surroundings.sources(), present != sources {
                sources = present
                watch.follow(silentAfter: sources.limits, lastReceived: await lastReceived(sources))
            }
            let seen = observation(sources)
            surroundings.onLook(seen.lowDisks)
            for notice in watch.observe(seen) {
                if notice.kind == "disk_low" { surroundings.log.warning("\(notice.summary)") }
                surroundings.say(notice)
            }
        }
    }

    private func lastReceived(_ sources: [WatchedSource]) async -> [String: Timestamp] {
        var times: [String: Timestamp] = [:]
        for source in sources { times[source.name] = try? await surroundings.queries.lastReceived(ofSource: source.name) }
        return times
    }

    private func observation(_ sources: [WatchedSource]) -> GatewayObservation {
        let tallies = surroundings.tallies()
        let sources = sources.reduce(into: [String: GatewayObservation.Source]()) { sources, source in
            let tally = tallies[source.name]
            sources[source.name] = GatewayObservation.Source(accepted: tally?.accepted ?? 0, refusals: tally?.refusals ?? [:])
        }
        return GatewayObservation(
            wall: surroundings.wall(), monotonic: surroundings.monotonic(), lowDisks: surroundings.lowDisks(), sources: sources)
    }
}
