import FindingModel
import JSONDocument
import State

/// `GET /v1/records/ID` and what is below it: one record, its changes, and why it is what it is.
struct RecordView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// A record by its uid, or by the id of one of its changes.
    func record(_ id: String) async throws -> OperatorResponse {
        let state = try api.state
        var uid = id
        if let change = try await state.change(id) { uid = change.subject }
        guard let record = try await state.record(uid) else { throw OperatorError(.notFound, "there is no record '\(id)'") }
        return .object { writer in
            writer.member("kind", record.kind.rawValue)
            writer.member("source", record.source)
            writer.member("received_time", record.receivedTime)
            writer.key("record")
            writer.raw(record.data.bytes)
        }
    }

    func history(_ uid: String) async throws -> OperatorResponse {
        let changes = try await api.state.history(of: uid)
        return .object { writer in
            writer.key("changes")
            writer.beginArray()
            for change in changes { writer.raw(change.cloudEventJSON) }
            writer.endArray()
        }
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
            }
        }
    }
}
