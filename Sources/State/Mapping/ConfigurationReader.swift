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
    /// Whether it cannot be read; else this version can make nothing of it.
    package let isMissing: Bool
    /// What is wrong with it, in words.
    package let reason: String
}

/// The plans of the configurations that receipts refer to, read from the journal's `config` entries and kept while they are used.
///
/// One that is damaged is replaced by any entry of the same hash, or else by the nearest before it that can be used, or behind it if there is none: so
/// what stands for it is the same for ever, whatever the journal gets later.
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

    /// A configuration by the entry that is asked for, and where another stands for it, by those that count as unreadable.
    private struct Kept {
        let generation: UInt64
        let without: EntryRanges
        let configuration: Configuration
    }

    private let source: EntrySource
    private let onReplaced: @Sendable (ReplacedConfiguration) -> Void
    private let kept = Mutex<[Kept]>([])
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
    ///
    /// - Parameter leftOut: Entries that count as unreadable, whatever the journal has of them.
    func configuration(_ generation: UInt64, without leftOut: EntryRanges = EntryRanges()) throws(StateError) -> Configuration {
        let isLeftOut = leftOut.contains(generation)
        let known = kept.withLock { kept in
            kept.first { $0.generation == generation && ($0.configuration.replaced == nil ? !isLeftOut : $0.without == leftOut) }?.configuration
        }
        if let known { return known }
        let configuration = try read(generation, without: leftOut)
        kept.withLock { kept in
            kept.removeAll { $0.generation == generation }
            kept.append(Kept(generation: generation, without: leftOut, configuration: configuration))
            while kept.count > Self.keptMax || kept.count > 2 && kept.reduce(0, { $0 + $1.configuration.plans.count }) > Self.plansMax { kept.removeFirst() }
        }
        // Of what was left out before, the journal says so.
        if let replaced = configuration.replaced, !isLeftOut, told.withLock({ $0.insert(generation).inserted }) { onReplaced(replaced) }
        return configuration
    }

    /// Receipts that were mapped, since this reader was made, with another configuration than their own.
    package var replaced: [(configuration: ReplacedConfiguration, receipts: Int)] {
        counts.withLock { counts in
            counts.map { (configuration: $0.key, receipts: $0.value) }.sorted { $0.configuration.generation < $1.configuration.generation }
        }
    }

    func count(_ replaced: ReplacedConfiguration) { counts.withLock { $0[replaced, default: 0] += 1 } }

    private func read(_ generation: UInt64, without leftOut: EntryRanges) throws(StateError) -> Configuration {
        // Before the first `config` entry there is no configuration, so no source either.
        if generation == 0 { return Configuration(plans: [:], digest: nil) }
        if leftOut.contains(generation) {
            return try replacement(of: generation, without: leftOut, isMissing: true, "it could not be read when it was needed first")
        }
        let entry = try source.entry(generation).map { entry throws(StateError) in try source.mended(entry) }
        // Every segment begins with a copy, whose plans are those of the one before.
        if let entry, let equal = kept.withLock({ kept in kept.first { $0.configuration.digest == entry.bodySHA256 }?.configuration }) { return equal }
        switch Self.plans(of: entry) {
        case .success(let found): return Configuration(plans: found.plans, digest: entry?.bodySHA256, rules: found.rules)
        case .failure(let problem):
            return try replacement(of: generation, without: leftOut, isMissing: entry?.kind != .config || entry?.isDamaged ?? true, problem.message)
        }
    }

    /// What stands for a configuration that cannot be used.
    private func replacement(
        of generation: UInt64, without leftOut: EntryRanges, isMissing: Bool, _ problem: String
    ) throws(StateError) -> Configuration {
        let all = try source.configurations().filter { $0.number != generation && !leftOut.contains($0.number) }
        for other in all.reversed().filter({ $0.number < generation }) + all.filter({ $0.number > generation }) {
            guard case .success(let found) = Self.plans(of: try source.mended(other)) else { continue }
            return Configuration(
                plans: found.plans, digest: nil, rules: found.rules,
                replaced: ReplacedConfiguration(generation: generation, used: other.number, isMissing: isMissing, reason: problem))
        }
        let replaced = ReplacedConfiguration(generation: generation, used: nil, isMissing: isMissing, reason: problem)
        return Configuration(plans: [:], digest: nil, replaced: replaced)
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
