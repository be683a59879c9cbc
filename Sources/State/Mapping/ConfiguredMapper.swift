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
        guard let plan = try plans(of: generation)[entry.source] else { return .unreadable }
        let input = MappingInput(
            body: body, headers: entry.headers, receipt: entry.number, receivedTime: entry.receivedTime, bodySHA256: entry.bodySHA256,
            bodySize: entry.bodySize)
        do throws(MappingError) {
            return .event(try plan.map(input, parser: &parser), scope: KeyScope(vendor: plan.adapter.name, account: plan.account))
        } catch {
            return .unreadable
        }
    }

    private func plans(of generation: UInt64) throws(StateError) -> [String: SourcePlan] {
        if let current, current.generation == generation { return current.plans }
        let plans = try configurations.plans(of: generation)
        current = (generation, plans)
        return plans
    }
}
