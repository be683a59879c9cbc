import Adapters
import FindingModel
import Foundation
import JSONDocument

/// Writes what stays of a receipt, a record at a time: the member `husk` of the decision.
struct HuskWriter {
    /// About how many bytes one record takes.
    private static let recordBytes = 900

    /// A change that the receipt had made by then.
    struct Made: Equatable, Sendable {
        let id: String
        let sequence: UInt64
        let type: String
        let time: Timestamp
    }

    private var writer: JSONWriter

    /// - Parameter records: About how many there will be in all.
    init(records: Int) {
        writer = JSONWriter(capacity: records * Self.recordBytes + 512)
        writer.beginObject()
        writer.key("forms")
        writer.beginArray()
    }

    /// Takes the words out of what the configuration in entry `generation` made of the receipt.
    ///
    /// - Parameter gone: What stands for the drift's places that can hold its words.
    mutating func add(_ mapped: MappedEvent, scope: KeyScope, generation: UInt64, gone: [ErasedPlace]) {
        let key = mapped.key.map { EventKey(scope: scope, kind: mapped.kind, key: $0) }
        add(mapped, scope: scope, generation: generation, key: key, gone: gone) { writer in
            for record in mapped.records { writer.add(record.emptied, Husk.Words(hash: record.contentHash, digests: record.digests)) }
        }
    }

    /// Writes a form, of whose event everything but the records is taken, and its words taken out.
    mutating func add(
        _ event: MappedEvent, scope: KeyScope, generation: UInt64, key: EventKey?, gone: [ErasedPlace], records: (inout HuskWriter) -> Void
    ) {
        writer.beginObject()
        writer.number("generation", generation)
        writer.required("vendor", scope.vendor)
        writer.required("account", scope.account)
        writer.required("kind", event.drift.contains { $0.kind == .kind } ? ErasedText.text : event.kind)
        writer.key("rank")
        writer.integer(Int64(event.kindRank))
        if let key { writer.required("key", key.data.base64EncodedString()) }
        for (name, time) in [("time", event.time), ("latest_time", event.latestTime)] {
            guard let time else { continue }
            writer.key(name)
            writer.integer(time.milliseconds)
        }
        if event.ignored {
            writer.key("ignored")
            writer.bool(true)
        }
        writer.key("records")
        writer.beginArray()
        records(&self)
        writer.endArray()
        writer.list("drift", event.drift) { writer, item in
            let erased = gone.first { $0.standsFor(DriftPlace(item)) }
            writer.beginObject()
            writer.required("kind", item.kind.rawValue)
            writer.required("place", erased?.place ?? item.place)
            if let erased { writer.number("digest", erased.digest) }
            writer.endObject()
        }
        writer.endObject()
    }

    /// Writes a record whose words are gone, and what compares them.
    mutating func add(_ record: MappedRecord, _ words: Husk.Words) {
        writer.beginObject()
        writer.required("type", record.kind.rawValue)
        switch record {
        case .finding(_, let says): writer.number("says", UInt64(says.rawValue))
        case .scan(_, let says): writer.number("says", UInt64(says.rawValue))
        case .notice: break
        }
        writer.number("hash", words.hash)
        writer.key("digests")
        writer.beginObject()
        for slot in words.digests.slots { writer.number(String(slot), words.digests[slot] ?? 0) }
        writer.endObject()
        writer.key("record")
        writer.raw(record.record.json.bytes)
        writer.endObject()
    }

    /// The whole.
    ///
    /// - Parameters:
    ///   - blank: The configurations that could make nothing of the receipt.
    ///   - isPartial: Whether it is only what state.db remembered of a receipt whose body could not be read: made anew with it, changes are not as at first.
    mutating func finish(blank: [UInt64], changes: [Made], isPartial: Bool = false) -> [UInt8] {
        writer.endArray()
        writer.list("blank", blank) { $0.unsigned($1) }
        writer.list("changes", changes) { writer, change in
            writer.beginObject()
            writer.required("id", change.id)
            writer.number("sequence", change.sequence)
            writer.required("type", change.type)
            writer.required("time", change.time.rfc3339)
            writer.endObject()
        }
        if isPartial {
            writer.key("partial")
            writer.bool(true)
        }
        writer.endObject()
        return writer.take()
    }
}

extension JSONWriter {
    fileprivate mutating func number(_ name: String, _ value: UInt64) {
        key(name)
        unsigned(value)
    }

    fileprivate mutating func list<Item>(_ name: String, _ items: [Item], _ write: (inout JSONWriter, Item) -> Void) {
        key(name)
        beginArray()
        for item in items { write(&self, item) }
        endArray()
    }
}
