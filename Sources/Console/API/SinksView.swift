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
            return .object { writer in
                writer.objects("sinks", statuses) { Self.write($1, state: $1.state.word, to: &$0) }
                writer.strings("concerns", live.concerns)
            }
        }
        let positions = try await api.sources.positions()
        let counts = try await api.sources.itemCounts()
        let last = try? await api.sources.lastSequence()
        let known = api.sources.configuredSinks
        let retired = positions.filter { position in !known.contains { $0.name == position.name } }.map { SinkDescription(name: $0.name, type: "") }
        return .object { writer in
            writer.objects("sinks", known + retired) { writer, sink in
                let state = sink.type.isEmpty ? "not configured" : "stopped"
                guard let position = positions.first(where: { $0.name == sink.name }) else {
                    writer.member("name", sink.name)
                    writer.member("type", sink.type)
                    writer.member("state", state)
                    return
                }
                let status = SinkStatus(name: sink.name, type: sink.type, position: position, counts: counts[sink.name] ?? [:], last: last)
                Self.write(status, state: state, to: &writer)
            }
        }
    }

    /// Asks a sink to take one marked change: `POST /v1/sinks/NAME/test`.
    func test(_ name: String, _ request: OperatorRequest) async throws -> OperatorResponse {
        try RequestBody.checkEmpty(request)
        guard let outcome = try await api.live().testSink(name) else { throw OperatorError(.notFound, "there is no sink '\(name)'") }
        return OperatorResponse { writer in outcome.write(to: &writer) }
    }

    private static func write(_ status: SinkStatus, state: String, to writer: inout JSONWriter) {
        writer.member("name", status.name)
        if !status.type.isEmpty { writer.member("type", status.type) }
        writer.member("state", state)
        write(status.position, to: &writer)
        writer.member("pending", status.pending)
        writer.member("retrying", status.retrying)
        writer.member("held", status.held)
        writer.member("dead", status.dead)
        writer.member("last_delivered_time", status.lastDeliveredTime)
        if let job = status.replay { writer.object("replay") { ReplayView.write(job, to: &$0) } }
        if let job = status.lastReplay { writer.object("last_replay") { ReplayView.write(job, to: &$0) } }
        if let outage = status.state.outage {
            writer.object("outage") { writer in
                writer.member("since_time", outage.since)
                writer.member("next_time", outage.next)
                writer.member("failures", outage.failures)
                writer.member("reason", outage.failure.reason)
                if let code = outage.failure.status { writer.member("status", code) }
            }
        }
        if let concern = status.concern {
            writer.object("concern") { writer in
                writer.member("since_time", concern.since)
                writer.member("reason", concern.reason)
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
        // What is done above the cursor is not sent again, and counts.
        writer.member("delivered", position.delivered &+ position.above)
        writer.member("filtered", position.filtered)
        writer.member("superseded", position.superseded)
        writer.member("expired", position.expired)
        writer.member("dropped", position.dropped)
        writer.member("erased", position.erased)
        if position.vanished != 0 {
            writer.key("vanished")
            writer.integer(position.vanished)
        }
    }
}

extension DeliveryOutcome {
    /// The outcome as `weir sink test` shows it.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("outcome", word)
        if let status = failure?.status ?? receipt.status { writer.member("status", status) }
        writer.member("id", receipt.id)
        writer.member("reason", failure?.reason)
        writer.endObject()
    }
}
