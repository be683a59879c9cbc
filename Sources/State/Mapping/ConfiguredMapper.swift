import Adapters
import JSONDocument
import Journal

/// Maps receipts with the adapters that the journal's `config` entries hold.
package final class ConfiguredMapper: ReceiptMapper {
    private let configurations: ConfigurationReader
    private var parser = JSONParser()
    /// The configuration used last, without asking for it again.
    private var current: (generation: UInt64, plans: [String: SourcePlan])?

    package init(_ configurations: ConfigurationReader) { self.configurations = configurations }

    package func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        MappedReceipt(entry, body: body, plan: try plans(of: generation)[entry.source], parser: &parser)
    }

    package func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool { try plans(of: generation)[source] != nil }

    private func plans(of generation: UInt64) throws(StateError) -> [String: SourcePlan] {
        if let current, current.generation == generation { return current.plans }
        let plans = try configurations.plans(of: generation)
        current = (generation, plans)
        return plans
    }
}
