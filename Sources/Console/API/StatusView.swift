import FindingModel
import JSONDocument
import Journal
import State

/// `GET /v1/status`: whether everything runs, and what waits.
struct StatusView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func response() -> OperatorResponse {
        let live = api.sources.live
        return .object { writer in
            writer.key("running")
            writer.bool(live != nil)
            if let live {
                writer.member("started_time", live.startedTime)
                writer.member("ingest", live.ingestURL)
                writer.member("mapping_sha256", live.mappingDigest)
                let journal = live.journal, projector = live.projector
                writer.object("journal") { writer in
                    writer.member("tag", journal.tag)
                    writer.member("availability", "\(journal.availability)")
                    writer.member("first_entry", journal.firstNumber)
                    writer.member("last_entry", journal.watermark)
                }
                writer.object("projector") { writer in
                    writer.member("entry", projector.entry)
                    writer.member("lag", journal.watermark > projector.entry ? journal.watermark - projector.entry : 0)
                    writer.member("received_time", projector.receivedTime)
                    writer.member("sequence", projector.sequence)
                    writer.member("failure", projector.failure?.message)
                    writer.member("rebuild", projector.rebuild)
                }
                writer.strings("concerns", live.concerns)
                if !live.replacedConfigurations.isEmpty { Self.write(live.replacedConfigurations, to: &writer) }
                writer.object("load") { writer in
                    writer.member("connections", live.load.connections)
                    writer.member("body_bytes", live.load.bodyBytes)
                }
            }
        }
    }

    private static func write(_ replaced: [(configuration: ReplacedConfiguration, receipts: Int)], to writer: inout JSONWriter) {
        writer.key("replaced_configurations")
        writer.beginArray()
        for (configuration, receipts) in replaced {
            writer.beginObject()
            writer.member("entry", configuration.generation)
            writer.member("used", configuration.used)
            writer.member("reason", configuration.reason)
            writer.member("receipts", receipts)
            writer.endObject()
        }
        writer.endArray()
    }

    static func write(_ conservation: Conservation, to writer: inout JSONWriter) {
        writer.member("total", conservation.receipts)
        for outcome in EventOutcome.allCases { writer.member(outcome.word, conservation.count(outcome)) }
        writer.member("waiting", conservation.waiting)
        writer.key("holds")
        writer.bool(conservation.holds)
    }
}
