import Adapters
import Digests
import Journal
import Synchronization

/// A configuration that cannot be used, and what stands for it.
package struct ReplacedConfiguration: Hashable, Sendable {
    /// The `config` entry that receipts refer to.
    package let generation: UInt64
    /// The nearest one that can be used; nothing when there is none, so that no receipt can be mapped.
    package let used: UInt64?
    /// What is wrong with it, in words.
    package let reason: String
}

/// The plans of the configurations that receipts refer to, read from the journal's `config` entries and kept while they are used.
///
/// One that is damaged is replaced by any entry of the same hash, or else by the nearest that can be used.
package final class ConfigurationReader: Sendable {
    /// Configurations kept: receipts refer to the newest one, replays walk through them in order.
    private static let keptMax = 8
    /// Plans of all of them together; the newest two are kept in any case.
    private static let plansMax = 500

    /// A configuration as it is used.
    struct Configuration: Sendable {
        let plans: [String: SourcePlan]
        let digest: SHA256Digest?
        /// The number of the rules by which changes were made when it was in force.
        var rules = ProjectionConfiguration.presentRules
        /// What it stands for, where it is another than that of the entry.
        var replaced: ReplacedConfiguration?
    }

    private let source: EntrySource
    private let onReplaced: @Sendable (ReplacedConfiguration) -> Void
    private let kept = Mutex<[(generation: UInt64, configuration: Configuration)]>([])
    private let counts = Mutex<[ReplacedConfiguration: Int]>([:])
    private let told = Mutex<Set<UInt64>>([])

    /// - Parameter onReplaced: Told once of each configuration that another stands for.
    package init(_ source: EntrySource, onReplaced: @escaping @Sendable (ReplacedConfiguration) -> Void = { _ in }) {
        self.source = source
        self.onReplaced = onReplaced
    }

    /// The plan of each source in the configuration that entry `generation` holds; blocks the calling thread.
    package func plans(of generation: UInt64) throws(StateError) -> [String: SourcePlan] { try configuration(generation).plans }

    /// The configuration that entry `generation` holds, or what stands for it; blocks the calling thread.
    func configuration(_ generation: UInt64) throws(StateError) -> Configuration {
        if let known = kept.withLock({ kept in kept.first { $0.generation == generation }?.configuration }) { return known }
        let configuration = try read(generation)
        kept.withLock { kept in
            kept.removeAll { $0.generation == generation }
            kept.append((generation, configuration))
            while kept.count > Self.keptMax || kept.count > 2 && kept.reduce(0, { $0 + $1.configuration.plans.count }) > Self.plansMax { kept.removeFirst() }
        }
        if let replaced = configuration.replaced, told.withLock({ $0.insert(generation).inserted }) { onReplaced(replaced) }
        return configuration
    }

    /// Receipts that were mapped, since this reader was made, with another configuration than their own.
    package var replaced: [(configuration: ReplacedConfiguration, receipts: Int)] {
        counts.withLock { counts in
            counts.map { (configuration: $0.key, receipts: $0.value) }.sorted { $0.configuration.generation < $1.configuration.generation }
        }
    }

    func count(_ replaced: ReplacedConfiguration) { counts.withLock { $0[replaced, default: 0] += 1 } }

    private func read(_ generation: UInt64) throws(StateError) -> Configuration {
        // Before the first `config` entry there is no configuration, so no source either.
        if generation == 0 { return Configuration(plans: [:], digest: nil) }
        let entry = try source.entry(generation)
        // Every segment begins with a copy, whose plans are those of the one before.
        if let entry, let equal = kept.withLock({ kept in kept.first { $0.configuration.digest == entry.bodySHA256 }?.configuration }) { return equal }
        switch Self.plans(of: entry) {
        case .success(let found): return Configuration(plans: found.plans, digest: entry?.bodySHA256, rules: found.rules)
        case .failure(let problem): return try replacement(of: generation, entry, problem.message)
        }
    }

    /// What stands for a configuration that cannot be used.
    private func replacement(of generation: UInt64, _ entry: Entry?, _ problem: String) throws(StateError) -> Configuration {
        let others = try source.configurations().filter { $0.number != generation }
        let digest = entry?.kind == .config ? entry?.bodySHA256 : nil
        for other in others where other.bodySHA256 == digest {
            if case .success(let found) = Self.plans(of: other) { return Configuration(plans: found.plans, digest: digest, rules: found.rules) }
        }
        for other in others.sorted(by: { ($0.distance(to: generation), $0.number) < ($1.distance(to: generation), $1.number) }) {
            guard case .success(let found) = Self.plans(of: other) else { continue }
            return Configuration(
                plans: found.plans, digest: nil, rules: found.rules,
                replaced: ReplacedConfiguration(generation: generation, used: other.number, reason: problem))
        }
        return Configuration(plans: [:], digest: nil, replaced: ReplacedConfiguration(generation: generation, used: nil, reason: problem))
    }

    /// The plans of the configuration that `entry` holds, or why they cannot be made.
    private static func plans(of entry: Entry?) -> Result<(plans: [String: SourcePlan], rules: Int), ProjectionConfigurationError> {
        guard let entry, entry.kind == .config else { return .failure(ProjectionConfigurationError(code: .malformed, message: "it is no longer there")) }
        guard let body = entry.body.bytes else { return .failure(ProjectionConfigurationError(code: .malformed, message: "its body is damaged")) }
        do throws(ProjectionConfigurationError) {
            let configuration = try ProjectionConfiguration.decode(body)
            let compiled = configuration.compile()
            // What compiled when the entry was written fails only in a version that knows the language differently.
            guard compiled.issues.isEmpty else {
                throw ProjectionConfigurationError(code: .malformed, message: "this version cannot compile its adapters")
            }
            return .success((compiled.plans, configuration.rules))
        } catch { return .failure(error) }
    }
}

extension Entry {
    fileprivate func distance(to other: UInt64) -> UInt64 { number > other ? number - other : other - number }
}
