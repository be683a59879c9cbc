/// One run of a scanner; the `data` of a `scan.*` change.
package struct Scan: Equatable, Sendable {
    /// `s_` and 32 hex digits; see `RecordIdentity`.
    package var uid: String
    package var name: String?
    package var type: String?
    package var status: ScanStatus = .unknown
    /// Percent, 0 to 100.
    package var progress: Int64?
    package var scope: Scope?
    package var startTime: Timestamp?
    package var endTime: Timestamp?
    package var durationMilliseconds: Int64?
    package var totals: Totals?
    package var findingUIDs: FindingUIDs?
    package var errors: [String] = []
    package var srcURL: String?
    package var scanner: Scanner
    package var raw: RawReference
    /// What the vendor said that no field holds: one JSON object, canonical text.
    package var unmapped: RawJSON?

    package init(uid: String, scanner: Scanner, raw: RawReference) {
        self.uid = uid
        self.scanner = scanner
        self.raw = raw
    }

    /// What was scanned, and how.
    package struct Scope: Equatable, Sendable {
        package var targets: [String] = []
        package var profile: String?

        package init(targets: [String] = [], profile: String? = nil) {
            self.targets = targets
            self.profile = profile
        }
    }

    /// The vendor's own counts; a count it did not give is absent.
    package struct Totals: Equatable, Sendable {
        package var critical: Int64?
        package var high: Int64?
        package var medium: Int64?
        package var low: Int64?
        package var info: Int64?
        package var total: Int64?
        package var new: Int64?
        package var fixed: Int64?

        package init() {}
    }

    /// Findings that the scan names, by their `uid` in this model.
    package struct FindingUIDs: Equatable, Sendable {
        package var new: [String] = []
        package var open: [String] = []
        package var closed: [String] = []

        package init(new: [String] = [], open: [String] = [], closed: [String] = []) {
            self.new = new
            self.open = open
            self.closed = closed
        }
    }
}
