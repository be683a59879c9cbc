import Digests
import FindingModel
import JSONDocument
import Journal
import State

/// `GET /v1/receipts/N`: what came, from whom, and what it made; without the body.
struct ReceiptView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func receipt(_ text: String) async throws -> OperatorResponse {
        guard let number = ReceiptBound.number(text) else { throw OperatorError(.badRequest, "a receipt is a number, not '\(text)'") }
        guard let detail = try await api.state.receipt(number) else { throw OperatorError(.notFound, "there is no receipt \(number)") }
        return Self.response(number, detail)
    }

    static func response(_ number: UInt64, _ detail: ReceiptDetail) -> OperatorResponse {
        .object { writer in
            writer.member("receipt", String(number))
            Self.write(detail, to: &writer)
        }
    }

    private static func write(_ detail: ReceiptDetail, to writer: inout JSONWriter) {
        writer.member("received_time", detail.entry?.receivedTime ?? detail.event?.receivedTime)
        if let entry = detail.entry, entry.wallTime != entry.receivedTime { writer.member("wall_time", entry.wallTime) }
        writer.member("source", detail.entry?.source ?? detail.event?.source)
        writer.member("outcome", detail.event?.outcome.word ?? "waiting")
        writer.member("kind", detail.event?.kind)
        writer.member("key", detail.event?.key)
        writer.member("first_receipt", detail.event?.first.map { String($0) })
        if let entry = detail.entry { write(entry, to: &writer) }
        if let quarantine = detail.quarantine {
            writer.object("quarantine") { writer in
                writer.member("entry", String(quarantine.entry))
                writer.member("deaths", quarantine.deaths)
                writer.member("reason", quarantine.reason)
            }
        }
        if let entry = detail.erasure { write(erasure: entry, to: &writer) }
        write(detail.changes, to: &writer)
    }

    /// Who has erased the receipt, when and why, as far as the decision can be read.
    private static func write(erasure entry: Entry, to writer: inout JSONWriter) {
        let decision = EraseDecision(parsing: entry.body.bytes ?? [])
        writer.object("erasure") { writer in
            writer.member("entry", String(entry.number))
            writer.member("time", entry.wallTime)
            writer.member("who", decision?.who)
            writer.member("reason", decision?.reason)
        }
    }

    static func write(_ changes: [ReceiptDetail.Made], to writer: inout JSONWriter) {
        writer.objects("changes", changes) { writer, change in
            writer.member("id", change.id)
            writer.member("sequence", String(change.sequence))
            writer.member("type", change.type)
            writer.member("uid", change.uid)
        }
    }

    private static func write(_ entry: Entry, to writer: inout JSONWriter) {
        writer.member("peer", entry.peer)
        if let verdict = entry.verdict {
            writer.object("verdict") { writer in
                writer.member("scheme", verdict.scheme)
                writer.member("secret", verdict.secretLabel)
                writer.member("signed_time", verdict.signedTime)
            }
        }
        writer.objects("headers", entry.headers) { writer, header in
            writer.member("name", header.name)
            writer.member("value", header.value)
        }
        writer.member("generation", String(entry.generation))
        writer.member("size", entry.bodySize)
        writer.member("sha256", entry.bodySHA256.hex)
        writer.member("body", entry.body.word)
    }
}

extension EntryBody {
    /// What there is of the body; `weir journal export` prints it.
    var word: String {
        switch self {
        case .kept: "kept"
        case .erased: "erased"
        case .unreadable: "unreadable"
        }
    }
}
