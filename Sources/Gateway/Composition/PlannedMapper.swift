import Adapters
import JSONDocument
import Journal
import State

/// Maps receipts with the adapters of the configuration at hand where a preview asks for that, and with those of the journal's `config` entries
/// otherwise.
final class PlannedMapper: ReceiptMapper {
    private let plans: [String: SourcePlan]
    private let kept: ConfiguredMapper
    private var parser = JSONParser()

    init(_ configuration: GatewayConfiguration, _ configurations: ConfigurationReader) {
        plans = configuration.projection.compile().plans
        kept = ConfiguredMapper(configurations)
    }

    func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        guard generation == RebuildPreview.generation else { return try kept.map(entry, body: body, generation: generation) }
        return MappedReceipt(entry, body: body, plan: plans[entry.source], parser: &parser)
    }

    func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool {
        guard generation == RebuildPreview.generation else { return try kept.knows(source, generation: generation) }
        return plans[source] != nil
    }

    func use(of generation: UInt64) throws(StateError) -> ConfigurationUse {
        if generation == RebuildPreview.generation { return ConfigurationUse(generation: generation, why: .own) }
        return try kept.use(of: generation)
    }

    func leaveOut(_ entries: EntryRanges) { kept.leaveOut(entries) }
}
