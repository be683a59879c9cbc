import Digests
import FindingModel
import JSONDocument
import Journal
import State

/// `GET /v1/entries/N`: a receipt, or what the gateway noted or a person decided.
struct EntryView {
    /// Bytes up to which an entry's own words are shown; those of configurations are adapters.
    private static let contentMax = 64 << 10

    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func entry(_ text: String) async throws -> OperatorResponse {
        guard let number = ReceiptBound.number(text) else { throw OperatorError(.badRequest, "an entry is a number, not '\(text)'") }
        if let receipt = try await api.state.receipt(number) { return ReceiptView.response(number, receipt) }
        guard let detail = try await api.state.entry(number) else {
            guard try await api.state.isUnreadable(number) else { throw OperatorError(.notFound, "there is no entry \(number)") }
            throw OperatorError(.notFound, "entry \(number) of the journal cannot be read", hint: UnreadableEntries.hint)
        }
        return .object { writer in Self.write(detail, to: &writer) }
    }

    private static func write(_ detail: EntryDetail, to writer: inout JSONWriter) {
        let entry = detail.entry
        writer.member("entry", String(entry.number))
        writer.member("kind", entry.kind.name)
        writer.member("received_time", entry.receivedTime)
        if entry.wallTime != entry.receivedTime { writer.member("wall_time", entry.wallTime) }
        writer.member("size", entry.bodySize)
        writer.member("sha256", entry.bodySHA256.hex)
        writer.member("body", entry.body.word)
        if entry.kind != .config, entry.bodySize <= contentMax, let content = content(entry.body.bytes ?? []) {
            writer.key("content")
            writer.raw(content.bytes)
        }
        if let reach = detail.reach { writer.member("left_out", reach.leftOut) }
        ReceiptView.write(detail.changes, to: &writer)
    }

    /// What the entry says, without what only a rebuild needs of an erased receipt.
    private static func content(_ body: [UInt8]) -> JSONValue? {
        guard let value = try? JSONValue(parsing: body), let members = value.objectValue else { return nil }
        return .object(members.filter { $0.name != "husk" })
    }
}
