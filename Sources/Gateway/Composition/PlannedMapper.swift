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
        guard let plan = plans[entry.source] else { return .unreadable }
        let input = MappingInput(
            body: body, headers: entry.headers, receipt: entry.number, receivedTime: entry.receivedTime, bodySHA256: entry.bodySHA256,
            bodySize: entry.bodySize)
        do throws(MappingError) {
            return .event(try plan.map(input, parser: &parser), scope: KeyScope(vendor: plan.adapter.name, account: plan.account))
        } catch {
            return .unreadable
        }
    }
}
