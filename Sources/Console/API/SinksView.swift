import Delivery
import FindingModel
import JSONDocument

/// `GET /v1/sinks`: how far each sink has come, and what it said last.
package struct SinksView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func response() async throws -> OperatorResponse {
        guard let live = api.sources.live else {
            let sinks = try await stopped(api.sources.configuredSinks)
            return .object { writer in writer.objects("sinks", sinks) { $1.write(to: &$0) } }
        }
        let statuses = await live.sinkStatuses()
        // While the ledger cannot be read the concerns say so.
        let left = (try? await stopped([], but: Set(statuses.map(\.name)))) ?? []
        let sinks = statuses.map { Line(name: $0.name, type: $0.type, state: $0.state.word, status: $0) } + left
        return .object { writer in
            writer.objects("sinks", sinks) { $1.write(to: &$0) }
            writer.strings("concerns", live.concerns)
        }
    }

    /// What the files say of the sinks that `known` names, and of those that have left the configuration.
    private func stopped(_ known: [SinkDescription], but running: Set<String> = []) async throws -> [Line] {
        let positions = try await api.sources.positions()
        let counts = try await api.sources.itemCounts(), replays = try await api.sources.replays()
        let last = try? await api.sources.lastSequence(), ends = try await api.sources.ends(positions.map(\.name).filter { !running.contains($0) })
        let left = positions.map(\.name).filter { name in !running.contains(name) && !known.contains { $0.name == name } }
        let lines = (known + left.map { SinkDescription(name: $0, type: "") }).map { sink in
            let status = positions.first { $0.name == sink.name }.map { position in
                SinkStatus(
                    name: sink.name, type: sink.type, position: position, counts: counts[sink.name] ?? [:], replays: replays, last: last,
                    end: ends[sink.name] ?? SinkEnd())
            }
            return Line(name: sink.name, type: sink.type, state: sink.type.isEmpty ? "not configured" : "stopped", status: status)
        }
        // One that has left with nothing to do is no matter any more.
        return lines.filter { !$0.type.isEmpty || $0.status?.isDone != true }
    }

    /// What is said of one sink; without a status when it never ran.
    private struct Line {
        let name: String
        let type: String
        let state: String
        let status: SinkStatus?

        func write(to writer: inout JSONWriter) {
            writer.member("name", name)
            if !type.isEmpty || status == nil { writer.member("type", type) }
            writer.member("state", state)
            if let status { SinksView.write(status, to: &writer) }
        }
    }

    /// Asks a sink to take one marked change: `POST /v1/sinks/NAME/test`.
    func test(_ name: String, _ request: OperatorRequest) async throws -> OperatorResponse {
        try RequestBody.checkEmpty(request)
        guard let outcome = try await api.live().testSink(name) else { throw OperatorError(noSink: name) }
        return OperatorResponse { writer in outcome.write(to: &writer) }
    }

    /// Gives up a sink that has left the configuration: `POST /v1/sinks/NAME/forget` with `{"make":true}`, and `"tickets":true` for
    /// its tickets too; without `make`, only says what that is.
    func forget(_ name: String, _ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try RequestBody(request, knows: ["make", "tickets"])
        return try Self.response(
            to: try await api.live().forget(sink: name, isMade: body.flag("make"), andTickets: body.flag("tickets"), who: body.who()), name)
    }

    /// What is answered to who gives up the sink `name`.
    package static func response(to forgetting: Forgetting, _ name: String) throws(OperatorError) -> OperatorResponse {
        switch forgetting {
        case .forgotten(let status): return .object { write(status, to: &$0) }
        case .isUnknown: throw OperatorError(noSink: name)
        case .isConfigured:
            throw OperatorError(
                .conflict, "the sink '\(name)' is configured, and what is pending for it is sent",
                hint: "take it out of the configuration first, and have a running gateway read that (SIGHUP, systemctl reload weir)")
        case .isLeaving: throw OperatorError(.conflict, "the last request to the sink '\(name)' is not done yet", hint: "ask again in a moment")
        }
    }

    private static func write(_ status: SinkStatus, to writer: inout JSONWriter) {
        write(status.position, to: &writer)
        writer.member("pending", status.pending)
        writer.member("retrying", status.retrying)
        writer.member("held", status.held)
        writer.member("dead", status.dead)
        writer.member("last_delivered_time", status.lastDeliveredTime)
        if let job = status.replay { writer.object("replay") { ReplayView.write(job, to: &$0) } }
        if !status.queued.isEmpty { writer.objects("queued_replays", status.queued) { ReplayView.write($1, to: &$0) } }
        if let job = status.lastReplay { writer.object("last_replay") { ReplayView.write(job, to: &$0) } }
        if let outage = status.state.outage ?? status.lastOutage {
            writer.object("outage") { writer in
                writer.member("since_time", outage.since)
                if status.lastOutage == nil { writer.member("next_time", outage.next) }
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
