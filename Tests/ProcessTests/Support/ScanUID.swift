import FindingModel

/// A scan's uid from the vendor's id, as every gateway computes it.
enum ScanUID {
    static func of(_ key: String, adapter: String, account: String) -> String {
        RecordIdentity.uid(.scan, digest: RecordIdentity.digest(vendor: adapter, account: account, key: key))
    }
}
