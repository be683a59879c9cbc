import CurlTransport
import Delivery
import Sinks

extension GatewayConfiguration {
    /// The sinks, ready to deliver through `transport`, and where new ones begin.
    func assignments(_ transport: CurlTransport) throws(GatewayError) -> [DeliveryService.Assignment] {
        var assignments: [DeliveryService.Assignment] = []
        for sink in sinks {
            do throws(SinkError) {
                switch sink.kind {
                case .file(let options):
                    assignments.append(.init(try FileSink(name: sink.name, options: options), from: sink.start))
                case .webhook(let options):
                    let webhook = try WebhookSink(name: sink.name, options: options, transport: transport, version: ProgramVersion.current)
                    assignments.append(.init(webhook, from: sink.start))
                }
            } catch {
                throw GatewayError("the sink '\(sink.name)': \(error.description)")
            }
        }
        return assignments
    }
}
