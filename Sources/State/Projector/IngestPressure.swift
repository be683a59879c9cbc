/// Whether receipts come in so fast that projecting beside them would keep their senders waiting.
struct IngestPressure: Sendable {
    /// Receipts a second from which on the pressure is high: beyond it two processors have nothing left over.
    static let entriesPerSecondMax: Int64 = 12_000
    /// The least milliseconds between two looks that say something.
    static let windowMilliseconds: Int64 = 50

    private(set) var isHigh = false
    private var last: (watermark: UInt64, time: Int64)?

    /// Takes in the journal's watermark at `now`, in monotonic milliseconds.
    mutating func observe(watermark: UInt64, at now: Int64) {
        guard let last, watermark >= last.watermark, now >= last.time else {
            last = (watermark, now)
            return
        }
        let passed = now - last.time
        guard passed >= Self.windowMilliseconds else { return }
        isHigh = Int64(clamping: watermark - last.watermark) / passed * 1000 >= Self.entriesPerSecondMax
        self.last = (watermark, now)
    }

    /// How long to leave the processors to others after a transaction that took `milliseconds`.
    func rest(after milliseconds: Int64) -> Int32 { isHigh ? Int32(clamping: min(max(milliseconds, 1) * 3, 60)) : 0 }
}
