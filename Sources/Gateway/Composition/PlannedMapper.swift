import Adapters
import JSONDocument
import Journal
import State

/// Maps receipts with the adapters of the configuration at hand, whichever was in force when they came.
final class PlannedMapper: ReceiptMapper {
    private let plans: [String: SourcePlan]
    private var parser = JSONParser()

    init(_ configuration: GatewayConfiguration) { plans = configuration.projection.compile().plans }

    func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        MappedReceipt(entry, body: body, plan: plans[entry.source], parser: &parser)
    }
}
