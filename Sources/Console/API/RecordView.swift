import FindingModel
import JSONDocument
import State

/// `GET /v1/records/ID` and what is below it: one record, its changes, and why it is what it is.
struct RecordView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// A record by its uid, or by the id of one of its changes. Of one that is not known any more, what was told last, with `left_out`.
    func record(_ id: String) async throws -> OperatorResponse {
        let state = try api.state
        var uid = id
        if let change = try await state.change(id) { uid = change.subject }
        guard let record = try await state.record(uid) else {
            guard let former = try await state.leftOut(uid) else { throw OperatorError(.notFound, "there is no record '\(id)'") }
            return Self.response(to: former)
        }
        return .object { writer in
            writer.member("kind", record.kind.rawValue)
            writer.member("source", record.source)
            writer.member("received_time", record.receivedTime)
            writer.key("record")
            writer.raw(record.data.bytes)
        }
    }

    private static func response(to former: LeftOutRecord) -> OperatorResponse {
        .object { writer in
            writer.member("kind", former.change.type.split(separator: ".").first.map { String($0) })
            writer.member("source", former.change.source)
            writer.member("received_time", former.change.receivedTime)
            writer.object("left_out") { writer in
                writer.member("entry", String(former.entry))
                writer.member("reason", former.decision?.reason)
                writer.member("who", former.decision?.who)
            }
            writer.key("record")
            writer.raw(former.change.data.bytes)
        }
    }

    /// `GET /v1/changes/ID`: one change as sinks get it.
    func change(_ id: String) async throws -> OperatorResponse {
        guard let change = try await api.state.change(id) else { throw OperatorError(.notFound, "there is no change '\(id)'") }
        return OperatorResponse(body: change.cloudEventJSON)
    }

    /// `GET /v1/records/UID/history?sort=old|new&after=…&limit=…&format=ndjson`; after is what the page before gave as next, or a change's id.
    func history(_ uid: String, _ request: OperatorRequest) async throws -> OperatorResponse {
        let isLines = try ListQuery(request).isLines()
        var (filter, place) = try Self.historyFilter(uid, request)
        if let place {
            guard let change = try await api.state.change(place.id), change.subject == uid else {
                throw OperatorError(.unknownName, "there is no change '\(place.id)' of '\(uid)' to go on after")
            }
            (filter.after, filter.last) = (change.sequence, place.mark.flatMap { UInt64(exactly: $0) })
        }
        let page = try await api.state.history(filter)
        let list = ListPage(name: "changes", items: page.changes.map(\.cloudEventJSON), next: page.next, cut: page.cut)
        return list.response(isLines: isLines) { writer in writer.member("total", page.total) }
    }

    /// What is asked for, as far as the request alone says it, and where it goes on.
    static func historyFilter(_ uid: String, _ request: OperatorRequest) throws(OperatorError) -> (filter: HistoryFilter, place: ListPlace?) {
        let query = ListQuery(request)
        var filter = HistoryFilter(uid: uid)
        filter.limit = try query.limit()
        let order = try query.order(["old", "new"])
        filter.isNewestFirst = order == "new"
        return (filter, try query.place("changes", order: order))
    }

    func reasons(_ uid: String) async throws -> OperatorResponse {
        guard let stamps = try await api.state.stamps(of: uid) else { throw OperatorError(.notFound, "there is no record '\(uid)'") }
        return .object { writer in
            writer.objects("reasons", stamps.lines) { writer, line in
                writer.member("name", line.name)
                writer.member("time", line.time)
                writer.key("is_receipt_time")
                writer.bool(line.isReceiptTime)
                writer.member("receipt", String(line.receipt))
                if line.isLost {
                    writer.key("is_lost")
                    writer.bool(true)
                }
            }
        }
    }
}
