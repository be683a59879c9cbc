import Adapters
import FindingModel
import Foundation
import JSONDocument

extension Husk {
    /// The member `husk` of the decision.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.list("forms", forms) { $1.write(to: &$0) }
        writer.list("blank", blank) { $0.unsigned($1) }
        writer.list("changes", changes) { writer, change in
            writer.beginObject()
            writer.text("id", change.id)
            writer.number("sequence", change.sequence)
            writer.text("type", change.type)
            writer.text("time", change.time.rfc3339)
            writer.endObject()
        }
        if isPartial {
            writer.key("partial")
            writer.bool(true)
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads what `bytes` gave; a form that cannot be read is left out.
    package init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let list = value["forms"]?.arrayValue else { return nil }
        forms = list.compactMap { Form($0) }
        blank = (value["blank"]?.arrayValue ?? []).compactMap(\.unsignedValue)
        isPartial = value["partial"]?.boolValue ?? false
        changes = (value["changes"]?.arrayValue ?? []).compactMap { Made($0) }
    }
}

extension Husk.Made {
    fileprivate init?(_ value: JSONValue) {
        guard let id = value["id"]?.stringValue, let sequence = value["sequence"]?.unsignedValue, let type = value["type"]?.stringValue,
            let time = value["time"]?.stringValue.flatMap({ Timestamp(rfc3339: $0.utf8) })
        else { return nil }
        self.init(id: id, sequence: sequence, type: type, time: time)
    }
}

extension Husk.Form {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.number("generation", generation)
        writer.text("vendor", scope.vendor)
        writer.text("account", scope.account)
        writer.text("kind", event.kind)
        writer.key("rank")
        writer.integer(Int64(event.kindRank))
        if let key { writer.text("key", key.data.base64EncodedString()) }
        for (name, time) in [("time", event.time), ("latest_time", event.latestTime)] {
            guard let time else { continue }
            writer.key(name)
            writer.integer(time.milliseconds)
        }
        if event.ignored {
            writer.key("ignored")
            writer.bool(true)
        }
        writer.list("records", event.records) { write($1, to: &$0) }
        writer.list("drift", event.drift) { writer, item in
            writer.beginObject()
            writer.text("kind", item.kind.rawValue)
            writer.text("place", item.place)
            if let gone = drift.first(where: { $0.kind == item.kind.rawValue && $0.place == item.place }) { writer.number("digest", gone.digest) }
            writer.endObject()
        }
        writer.endObject()
    }

    private func write(_ record: MappedRecord, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.text("type", record.kind.rawValue)
        switch record {
        case .finding(_, let says): writer.number("says", UInt64(says.rawValue))
        case .scan(_, let says): writer.number("says", UInt64(says.rawValue))
        case .notice: break
        }
        if let words = words[record.uid] {
            writer.number("hash", words.hash)
            writer.key("digests")
            writer.beginObject()
            for slot in words.digests.slots { writer.number(String(slot), words.digests[slot] ?? 0) }
            writer.endObject()
        }
        writer.key("record")
        writer.raw(record.record.json.bytes)
        writer.endObject()
    }

    fileprivate init?(_ value: JSONValue) {
        guard let generation = value["generation"]?.unsignedValue, let vendor = value["vendor"]?.stringValue, let account = value["account"]?.stringValue,
            let kind = value["kind"]?.stringValue, let list = value["records"]?.arrayValue
        else { return nil }
        var records: [MappedRecord] = [], words: [String: Husk.Words] = [:], drift: [Drift] = [], gone: [ErasedPlace] = []
        for item in list {
            guard let record = MappedRecord(husk: item) else { return nil }
            records.append(record)
            words[record.uid] = Husk.Words(item)
        }
        for item in value["drift"]?.arrayValue ?? [] {
            guard let kind = item["kind"]?.stringValue.flatMap({ Drift.Kind(rawValue: $0) }), let place = item["place"]?.stringValue else { continue }
            drift.append(Drift(kind: kind, place: place))
            if let digest = item["digest"]?.unsignedValue { gone.append(ErasedPlace(kind: kind.rawValue, digest: digest, place: place)) }
        }
        let event = MappedEvent(
            key: nil, kind: kind, kindRank: Int(clamping: value["rank"]?.integerValue ?? 0),
            time: value["time"]?.integerValue.map { Timestamp(milliseconds: $0) },
            latestTime: value["latest_time"]?.integerValue.map { Timestamp(milliseconds: $0) }, ignored: value["ignored"]?.boolValue ?? false,
            records: records, drift: drift)
        self.init(
            generation: generation, scope: KeyScope(vendor: vendor, account: account), event: event,
            key: value["key"]?.stringValue.flatMap { Data(base64Encoded: $0) }.flatMap { EventKey($0) }, words: words,
            drift: gone.sorted { $0.place < $1.place })
    }
}

extension Husk.Words {
    fileprivate init(_ value: JSONValue) {
        var digests = ErasedGroups()
        for member in value["digests"]?.objectValue ?? [] { if let slot = UInt8(member.name) { digests[Int(slot)] = member.value.unsignedValue } }
        self.init(hash: value["hash"]?.unsignedValue ?? 0, digests: digests)
    }
}

extension MappedRecord {
    fileprivate init?(husk value: JSONValue) {
        guard let kind = value["type"]?.stringValue.flatMap({ RecordKind(rawValue: $0) }), let bytes = value["record"]?.bytes,
            let record = try? Record(kind: kind, parsing: RawJSON(bytes: bytes))
        else { return nil }
        let says = UInt32(clamping: value["says"]?.unsignedValue ?? 0)
        switch record {
        case .finding(let finding): self = .finding(finding, says: FindingFields(rawValue: says))
        case .scan(let scan): self = .scan(scan, says: ScanFields(rawValue: says))
        case .notice(let notice): self = .notice(notice)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func number(_ name: String, _ value: UInt64) {
        key(name)
        unsigned(value)
    }

    fileprivate mutating func text(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    fileprivate mutating func list<Item>(_ name: String, _ items: [Item], _ write: (inout JSONWriter, Item) -> Void) {
        key(name)
        beginArray()
        for item in items { write(&self, item) }
        endArray()
    }
}
