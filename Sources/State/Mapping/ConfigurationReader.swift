import Adapters
import Journal
import Synchronization

/// The plans of the configurations that receipts refer to, read from the journal's `config` entries and kept while they are used.
package final class ConfigurationReader: Sendable {
    /// Configurations kept: receipts refer to the newest one, replays walk through them in order.
    private static let keptMax = 8

    private let source: EntrySource
    private let kept = Mutex<[(generation: UInt64, plans: [String: SourcePlan])]>([])

    package init(_ source: EntrySource) { self.source = source }

    /// The plan of each source in the configuration that entry `generation` holds; blocks the calling thread.
    package func plans(of generation: UInt64) throws(StateError) -> [String: SourcePlan] {
        if let known = kept.withLock({ kept in kept.first { $0.generation == generation }?.plans }) { return known }
        let plans = try read(generation)
        kept.withLock { kept in
            kept.removeAll { $0.generation == generation }
            kept.append((generation, plans))
            if kept.count > Self.keptMax { kept.removeFirst() }
        }
        return plans
    }

    private func read(_ generation: UInt64) throws(StateError) -> [String: SourcePlan] {
        // Before the first `config` entry there is no configuration, so no source either.
        if generation == 0 { return [:] }
        guard let entry = try source.entry(generation), entry.kind == .config, let body = entry.body.bytes else {
            throw StateError(.journal, "entry \(generation) of the journal, which holds the configuration of later receipts, cannot be read")
        }
        do throws(ProjectionConfigurationError) {
            let compiled = try ProjectionConfiguration.decode(body).compile()
            // What compiled when the entry was written fails only in a version that knows the language differently.
            guard compiled.issues.isEmpty else {
                throw ProjectionConfigurationError(code: .malformed, message: "this version cannot compile its adapters")
            }
            return compiled.plans
        } catch {
            throw StateError(.journal, "the configuration in entry \(generation) of the journal cannot be used: \(error.message)")
        }
    }
}
