import CurlTransport
import Delivery
import Sinks

extension GatewayConfiguration {
    /// The sinks, ready to deliver, and where new ones begin.
    func assignments(_ resources: SinkResources) throws(GatewayError) -> [DeliveryService.Assignment] {
        var assignments: [DeliveryService.Assignment] = []
        for settings in sinks {
            do throws(SinkError) {
                switch try settings.options.make(settings.name, resources) {
                case .events(let sink): assignments.append(.init(sink, from: settings.start))
                }
            } catch {
                throw GatewayError("the sink '\(settings.name)': \(error.description)")
            }
        }
        return assignments
    }
}
