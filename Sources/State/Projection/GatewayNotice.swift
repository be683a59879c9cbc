import Digests
import FindingModel
import JSONDocument
import Journal

/// What the gateway itself has to say: the body of a `notice` entry, or what another entry amounts to.
package struct GatewayNotice: Equatable, Sendable {
    /// The source of the gateway's own changes.
    package static let source = "/gateway"
    /// What every kind of such a notice begins with, so that no vendor's event can be taken for one.
    package static let prefix = "gateway_"
    /// Places that a summary spells out; the rest is in the details.
    private static let placesShownMax = 5
    /// Places that the details spell out; the rest is only counted, so that a notice stays short.
    private static let placesKeptMax = 100

    /// `drift`, `recovery`, `quarantine`… without the prefix.
    package let kind: String
    /// One sentence.
    package let summary: String
    /// One JSON object.
    package let details: RawJSON?

    package init(kind: String, summary: String, details: RawJSON? = nil) {
        self.kind = Notice.kind(of: kind)
        self.summary = summary
        self.details = details
    }

    /// - Parameter details: Writes the members of the details.
    package init(kind: String, summary: String, details: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        writer.beginObject()
        details(&writer)
        writer.endObject()
        self.init(kind: kind, summary: summary, details: RawJSON(bytes: writer.bytes))
    }

    /// Reads the body of a `notice` entry; nothing unless it holds a kind and a summary.
    package init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let kind = value["kind"]?.stringValue, let summary = value["summary"]?.stringValue else {
            return nil
        }
        self.init(kind: kind, summary: summary, details: value["details"].map { RawJSON(bytes: $0.bytes) })
    }

    /// The body of a `notice` entry.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("kind")
        writer.string(kind)
        writer.key("summary")
        writer.string(summary)
        if let details {
            writer.key("details")
            writer.raw(details.bytes)
        }
        writer.endObject()
        return writer.bytes
    }

    /// The record of what entry `number` of the journal `tag` says, about `subject` where it says the like about several.
    func notice(tag: String, entry number: Int64, subject: String = "") -> Notice {
        let kind = Notice.kind(of: Self.prefix + kind)
        let digest = RecordIdentity.digest(vendor: "weir", account: "gateway", key: "\(kind)-\(tag)-\(number)" + (subject.isEmpty ? "" : "-\(subject)"))
        return Notice(uid: RecordIdentity.uid(.notice, digest: digest), kind: kind, summary: summary, unmapped: details)
    }

    /// Receipts of `source` brought what its adapter does not know and what was not seen before: all places since the last such notice.
    static func drift(source: String, places: [DriftPlace]) -> GatewayNotice {
        var shown = places.prefix(placesShownMax).map { "\($0.kind) \($0.place)" }.joined(separator: ", ")
        if places.count > placesShownMax { shown += " and \(places.count - placesShownMax) more" }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("source")
        writer.string(source)
        writer.key("places")
        writer.beginArray()
        for place in places.prefix(placesKeptMax) {
            writer.beginObject()
            writer.key("kind")
            writer.string(place.kind)
            writer.key("place")
            writer.string(place.place)
            writer.endObject()
        }
        writer.endArray()
        if places.count > placesKeptMax {
            writer.key("more")
            writer.integer(Int64(places.count - placesKeptMax))
        }
        writer.key("count")
        writer.integer(Int64(places.count))
        writer.endObject()
        return GatewayNotice(
            kind: "drift", summary: "Source \(source) sends what its adapter does not know: \(shown)", details: RawJSON(bytes: writer.bytes))
    }

    /// The journal was recovered, or got another tag; `body` is that of the `recovery` entry.
    static func recovery(_ note: RecoveryNote, body: [UInt8]) -> GatewayNotice {
        var words: [String] = []
        if let cut = note.cut { words.append("\(cut.bytes) bytes of an unfinished end were cut off \(cut.segment) and kept") }
        let places = note.damaged.count
        if places > 0 { words.append("\(places) damaged place\(places == 1 ? " was" : "s were") passed over") }
        if case .retagged(let why) = note.reason { words.append("the journal has a new tag: \(why)") }
        var summary = words.isEmpty ? "The journal was recovered" : "The journal was recovered: " + words.joined(separator: "; ")
        if case .remade(let entry, _) = note.reason {
            summary =
                "state.db is made again by other rules than before: changes of entries up to \(entry) have new ids, and sinks that had them get them by a replay only"
        }
        var short = note
        short.damaged = Array(note.damaged.prefix(placesKeptMax))
        return GatewayNotice(kind: "recovery", summary: summary, details: RawJSON(bytes: short == note ? body : short.bytes))
    }

    /// Receipts whose erasure only ledger.db knows of: the journal that was put back is older.
    package static func forgottenErasures(_ receipts: [UInt64]) -> GatewayNotice {
        let shown = receipts.prefix(10).map { String($0) }.joined(separator: ", ") + (receipts.count > 10 ? ", …" : "")
        return GatewayNotice(
            kind: "recovery",
            summary:
                "Receipts that were erased may stand in the journal again, which has no decision about them: look with 'weir show N' and erase them again: \(shown)"
        ) { writer in
            writer.key("erased")
            writer.beginArray()
            for receipt in receipts.prefix(1000) { writer.string(String(receipt)) }
            writer.endArray()
        }
    }

    /// state.db was damaged, or is another file than before, and the journal makes it again.
    static func stateRemade(_ damage: StateError) -> GatewayNotice {
        GatewayNotice(
            kind: "state_remade",
            summary: damage.isOfAnotherFile
                ? "state.db was moved away or replaced while it was in use, and is made again from the journal"
                : "state.db was damaged; it was put aside as state.db.damaged and is made again from the journal"
        ) { writer in
            writer.key("reason")
            writer.string(damage.message)
        }
    }

    /// The journal's end, for whoever keeps it: `weir journal verify --head` compares with it.
    static func checkpoint(_ head: JournalHead) -> GatewayNotice {
        GatewayNotice(kind: "checkpoint", summary: "The journal ends at entry \(head.number), hash \(head.hash.hex)", details: RawJSON(bytes: head.bytes))
    }

    /// A receipt ended the process too often, or would have become too much, and is left out from now on; `body` is that of the `quarantine` entry.
    static func quarantine(_ note: QuarantineNote, body: [UInt8]) -> GatewayNotice {
        let cause = note.deaths > 0 ? "after \(note.deaths) ends of the process: \(note.reason)" : "because \(note.reason)"
        return GatewayNotice(kind: "quarantine", summary: "Receipt \(note.receipt) is left out \(cause)", details: RawJSON(bytes: body))
    }
}
