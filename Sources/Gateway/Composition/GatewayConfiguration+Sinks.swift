import CurlTransport
import Delivery
import Sinks
import State

extension GatewayConfiguration {
    /// The sinks, ready to deliver, and where new ones begin.
    func assignments(
        _ resources: SinkResources, ledger: Ledger, feed: any ChangeFeed
    ) throws(GatewayError) -> [DeliveryService.Assignment] {
        var assignments: [DeliveryService.Assignment] = []
        for settings in sinks {
            do throws(SinkError) {
                switch try settings.options.make(settings.name, resources) {
                case .events(let sink): assignments.append(.init(sink, from: settings.start))
                case .tickets(let system, let rules):
                    assignments.append(.init(TicketSink(system, rules: rules, ledger: ledger, feed: feed, clock: resources.clock), from: settings.start))
                }
            } catch {
                throw GatewayError("the sink '\(settings.name)': \(error.description)")
            }
        }
        return assignments
    }
}
