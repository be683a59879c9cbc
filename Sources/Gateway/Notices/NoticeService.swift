import FindingModel
import Ingest
import Journal
import State
import Synchronization

/// Looks at the running gateway every few seconds and writes what it has to say into the journal, from where it goes to the sinks like any change.
final class NoticeService: Sendable {
    /// Where it looks, and where it writes.
    struct Surroundings: Sendable {
        let journal: any Journal
        let queries: StateQueries
        let tallies: @Sendable () -> [String: SourceTally]
        let wall: @Sendable () -> Timestamp
        let monotonic: @Sendable () -> Int64
        /// Milliseconds without an event after which a source is silent, by source; one that may be silent is left out.
        let silentAfter: [String: Int64]
        let sources: [String]
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
        var watch = NoticeWatch(silentAfter: surroundings.silentAfter, lastReceived: await lastReceived())
        while (try? await Task.sleep(for: interval)) != nil {
            for notice in watch.observe(observation()) { surroundings.say(notice) }
        }
    }

    private func lastReceived() async -> [String: Timestamp] {
        var times: [String: Timestamp] = [:]
        for name in surroundings.sources { times[name] = try? await surroundings.queries.lastReceived(ofSource: name) }
        return times
    }

    private func observation() -> GatewayObservation {
        let tallies = surroundings.tallies()
        let sources = surroundings.sources.reduce(into: [String: GatewayObservation.Source]()) { sources, name in
            sources[name] = GatewayObservation.Source(accepted: tallies[name]?.accepted ?? 0, refusals: tallies[name]?.refusals ?? [:])
        }
        return GatewayObservation(
            wall: surroundings.wall(), monotonic: surroundings.monotonic(), availability: surroundings.journal.availability, sources: sources)
    }
}
