import Adapters
import FindingModel
import Foundation
import JSONDocument

extension Husk {
    /// Reads the member `husk` of the decision; a form that cannot be read is left out.
    package init?(parsing bytes: ArraySlice<UInt8>) {
        guard let value = JSONSlice(bytes), let list = value["forms"], list.bytes.first == UInt8(ascii: "[") else { return nil }
        forms = list.elements.compactMap { Form($0) }
        blank = value["blank"]?.elements.compactMap(\.unsignedValue) ?? []
    }
}

extension Husk.Form {
    fileprivate init?(_ value: JSONSlice) {
        let members = Dictionary(value.members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard let generation = members["generation"]?.unsignedValue, let vendor = members["vendor"]?.stringValue,
            let account = members["account"]?.stringValue, let kind = members["kind"]?.stringValue, let list = members["records"]
        else { return nil }
        var drift: [Drift] = [], gone: [ErasedPlace] = []
        for item in members["drift"]?.elements.compactMap(\.value) ?? [] {
            guard let kind = item["kind"]?.stringValue.flatMap({ Drift.Kind(rawValue: $0) }), let place = item["place"]?.stringValue else { continue }
            drift.append(Drift(kind: kind, place: place))
            if let digest = item["digest"]?.unsignedValue { gone.append(ErasedPlace(kind: kind.rawValue, digest: digest, place: place)) }
        }
        func time(_ name: String) -> Timestamp? { members[name]?.integerValue.map { Timestamp(milliseconds: $0) } }
        let event = MappedEvent(
            key: nil, kind: kind, kindRank: Int(clamping: members["rank"]?.integerValue ?? 0), time: time("time"), latestTime: time("latest_time"),
            ignored: members["ignored"]?.boolValue ?? false, records: [], drift: drift)
        self.init(
            generation: generation, scope: KeyScope(vendor: vendor, account: account), event: event,
            key: members["key"]?.stringValue.flatMap { Data(base64Encoded: $0) }.flatMap { EventKey($0) }, drift: gone.sorted { $0.place < $1.place },
            list: list)
    }
}

extension Husk.Words {
    init(_ value: JSONSlice) {
        var digests = ErasedGroups()
        if let members = value["digests"]?.members {
            for member in members { if let slot = UInt8(member.name) { digests[Int(slot)] = member.value.unsignedValue } }
        }
        self.init(hash: value["hash"]?.unsignedValue ?? 0, digests: digests)
    }
}

extension MappedRecord {
    init?(husk value: JSONSlice, _ parser: inout JSONParser) {
        guard let kind = value["type"]?.stringValue.flatMap({ RecordKind(rawValue: $0) }), let json = value["record"],
            let record = try? Record(kind: kind, parsing: RawJSON(bytes: Array(json.bytes)), parser: &parser)
        else { return nil }
        let says = UInt32(clamping: value["says"]?.unsignedValue ?? 0)
        switch record {
        case .finding(let finding): self = .finding(finding, says: FindingFields(rawValue: says))
        case .scan(let scan): self = .scan(scan, says: ScanFields(rawValue: says))
        case .notice(let notice): self = .notice(notice)
        }
    }
}
