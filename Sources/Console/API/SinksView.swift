import Delivery
import FindingModel
import JSONDocument

/// `GET /v1/sinks`: how far each sink has come, and what it said last.
struct SinksView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func response() async throws -> OperatorResponse {
        if let live = api.sources.live {
            let statuses = await live.sinkStatuses()
            return .object { writer in writer.objects("sinks", statuses) { Self.write($1, to: &$0) } }
        }
        let positions = try await api.sources.positions()
        let last = try? await api.sources.lastSequence()
        let known = api.sources.configuredSinks
        let retired = positions.filter { position in !known.contains { $0.name == position.name } }.map { SinkDescription(name: $0.name, type: "") }
        return .object { writer in
            writer.objects("sinks", known + retired) { writer, sink in
                writer.member("name", sink.name)
                if !sink.type.isEmpty { writer.member("type", sink.type) }
                writer.member("state", sink.type.isEmpty ? "not configured" : "stopped")
                guard let position = positions.first(where: { $0.name == sink.name }) else { return }
                Self.write(position, to: &writer)
                writer.member("pending", last.map { position.pending(last: $0) })
            }
        }
    }

    private static func write(_ status: SinkStatus, to writer: inout JSONWriter) {
        writer.member("name", status.name)
        writer.member("type", status.type)
        writer.member("state", status.state.word)
        write(status.position, to: &writer)
        writer.member("pending", status.pending)
        writer.member("last_delivered_time", status.lastDeliveredTime)
        if case .retrying(let outage) = status.state {
            writer.object("outage") { writer in
                writer.member("since", outage.since)
                writer.member("next", outage.next)
                writer.member("failures", outage.failures)
                writer.member("reason", outage.failure.reason)
                if let code = outage.failure.status { writer.member("status", code) }
            }
        }
        if let answer = status.lastAnswer {
            writer.object("last_answer") { writer in
                writer.member("time", answer.time)
                if let code = answer.status { writer.member("status", code) }
                writer.member("text", answer.text)
            }
        }
    }

    private static func write(_ position: SinkPosition, to writer: inout JSONWriter) {
        writer.member("start", position.start)
        writer.member("cursor", position.cursor)
        writer.member("delivered", position.delivered)
        writer.member("filtered", position.filtered)
        writer.member("expired", position.expired)
        if position.vanished != 0 {
            writer.key("vanished")
            writer.integer(position.vanished)
        }
    }
}
