import Adapters
import JSONDocument
import Journal

/// Maps receipts with the adapters that the journal's `config` entries hold.
package final class ConfiguredMapper: ReceiptMapper {
    private static let keptBody = 256 << 10

    private let configurations: ConfigurationReader
    private var parser = JSONParser()
    /// The configuration used last, without asking for it again.
    private var current: (generation: UInt64, configuration: ConfigurationReader.Configuration)?

    /// Configurations that count as unreadable.
    private var leftOut = EntryRanges()

    package init(_ configurations: ConfigurationReader) { self.configurations = configurations }

    package func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        // A large body's buffers are not kept for the next one.
        defer { if body.count > Self.keptBody { parser.trim() } }
        let configuration = try configuration(generation)
        if let replaced = configuration.replaced { configurations.count(replaced) }
        return MappedReceipt(entry, body: body, plan: configuration.plans[entry.source], parser: &parser)
    }

    package func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool { try configuration(generation).plans[source] != nil }

    package func isAsFirstMade(_ generation: UInt64) throws(StateError) -> Bool {
        let configuration = try configuration(generation)
        let isOwn = configuration.replaced == nil || leftOut.contains(generation)
        return isOwn && configuration.rules == ProjectionConfiguration.presentRules
    }

    package func use(of generation: UInt64) throws(StateError) -> ConfigurationUse {
        guard let replaced = try configuration(generation).replaced else { return ConfigurationUse(generation: generation, why: .own) }
        return ConfigurationUse(
            generation: replaced.used ?? generation,
            why: leftOut.contains(generation) ? .leftOut : replaced.isMissing ? .missing : .unusable)
    }

    package func leaveOut(_ entries: EntryRanges) {
        guard entries != leftOut else { return }
        leftOut = entries
        current = nil
    }

    package func prepare(_ generation: UInt64) throws(StateError) { _ = try configuration(generation) }

    private func configuration(_ generation: UInt64) throws(StateError) -> ConfigurationReader.Configuration {
        if let current, current.generation == generation { return current.configuration }
        let configuration = try configurations.configuration(generation, without: leftOut)
        current = (generation, configuration)
        return configuration
    }
}
