/// How much one event may become: an adapter that copies a long text into each of many items multiplies a body, and a body made for that must not
/// take the process down.
///
/// Counted in bytes as records would need them in memory, by what the event says alone: the same event ends the same on every machine.
struct OutputBudget {
    /// Bytes that every event may become.
    static let bytesMin = 32 << 20
    /// Further bytes for each byte of its body.
    static let bytesPerBodyByte = 4
    /// Places for what a body's items hold that every event may take, 8 bytes each, and one more for each byte of its body.
    static let placesMin = 8 << 20
    /// What a record costs beside its text.
    static let recordBytes = 1024
    /// What naming a finding in a scan costs: a record is looked up for it, or begun.
    static let namedFindingBytes = 512
    /// What a value costs beside its text.
    static let valueBytes = 32

    /// Negative once more was asked for than there was.
    private(set) var left: Int

    init(bodyBytes: Int) {
        let (more, overflow) = bodyBytes.multipliedReportingOverflow(by: Self.bytesPerBodyByte)
        left = Self.bytesMin + (overflow ? 0 : more)
    }

    var isSpent: Bool { left < 0 }

    mutating func charge(_ bytes: Int) { if left >= 0 { left -= bytes } }

    /// Leaves nothing.
    mutating func spend() { left = -1 }
}
