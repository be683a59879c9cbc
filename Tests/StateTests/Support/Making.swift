import Adapters
import Digests
import FindingModel

/// Records and events as an adapter would make them, in few words.
enum Making {
    static let vendor = "acme"
    static let account = "main"

    static func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + seconds * 1000) }

    static func uid(_ kind: RecordKind, _ key: String) -> String {
        RecordIdentity.uid(kind, digest: RecordIdentity.digest(vendor: vendor, account: account, key: key))
    }

    static func raw(_ receipt: UInt64) -> RawReference {
        RawReference(receipt: receipt, sha256: SHA256Hash.digest(of: Array("\(receipt)".utf8)), size: Int(receipt) + 10)
    }

    static func finding(_ key: String = "1", receipt: UInt64 = 1, _ change: (inout Finding) -> Void = { _ in }) -> Finding {
        let digest = RecordIdentity.digest(vendor: vendor, account: account, key: key)
        var finding = Finding(
            uid: RecordIdentity.uid(.finding, digest: digest), fingerprints: Fingerprints(instance: digest.hex), title: "acme finding \(key)",
            scanner: Scanner(vendorName: "Acme", name: "Acme"), firstSeenTime: time(0), lastSeenTime: time(0), raw: raw(receipt))
        change(&finding)
        return finding
    }

    static func scan(_ key: String = "1", receipt: UInt64 = 1, _ change: (inout Scan) -> Void = { _ in }) -> Scan {
        var scan = Scan(uid: uid(.scan, key), scanner: Scanner(vendorName: "Acme", name: "Acme"), raw: raw(receipt))
        change(&scan)
        return scan
    }

    static func resource(_ host: String) -> Resource {
        var resource = Resource()
        resource.hostname = host
        return resource
    }
}
