import Digests
import FindingModel
import JSONDocument

/// Plain records, and changes of them.
enum Samples {
    static let noticeUID = "n_0123456789abcdef0123456789abcdef"
    static let time = Timestamp(milliseconds: 1_772_445_600_000)

    static var finding: Finding {
        var finding = Finding(
            uid: "f_0123456789abcdef0123456789abcdef", fingerprints: Fingerprints(instance: String(repeating: "0123456789abcdef", count: 4)), title: "TLS 1.0",
            scanner: Scanner(vendorName: "Acme", name: "Scan"), firstSeenTime: time, lastSeenTime: time.advanced(byMilliseconds: 1), raw: raw)
        finding.severity = .high
        var resource = Resource()
        resource.name = "web-1"
        resource.hostname = "web-1.example.com"
        resource.ip = "192.0.2.7"
        resource.port = 443
        resource.protocolName = "tcp"
        finding.resources = [resource]
        return finding
    }

    static let raw = RawReference(receipt: 42, sha256: SHA256Hash.digest(of: Array("abc".utf8)), size: 1400)

    static func change(_ record: Record, type: String? = nil) -> Change {
        let words: [RecordKind: String] = [.finding: "finding.opened", .scan: "scan.completed", .notice: "notice.other"]
        return Change(
            sequence: 7, id: "ab12cd34-42-1", type: type ?? words[record.kind] ?? "", source: "/sources/shop", subject: record.uid, time: time,
            receivedTime: time.advanced(byMilliseconds: 1500), kind: record.kind, data: record.json)
    }
}

extension JSONValue {
    /// Replaces, adds or removes the value at a path of member names and array indexes.
    mutating func set(_ path: [String], _ value: JSONValue?) {
        guard let name = path.first else { return }
        let rest = Array(path.dropFirst())
        switch self {
        case .array(var items):
            guard let index = Int(name), items.indices.contains(index) else { return }
            if rest.isEmpty { items[index] = value ?? .null } else { items[index].set(rest, value) }
            self = .array(items)
        case .object(var members):
            let index = members.firstIndex { $0.name == name }
            switch (index, value) {
            case (let index?, _) where !rest.isEmpty: members[index].value.set(rest, value)
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(JSONMember(name: name, value: value))
            case (nil, nil): break
            }
            self = .object(members)
        default: break
        }
    }
}
