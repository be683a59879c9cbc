/// Decides, after a piece was written, how long its acknowledgement is waited for; time is what its caller says it is.
struct AcknowledgementWatch {
    enum Step: Equatable {
        /// The peer's system has everything, and the connection has been open for long enough.
        case taken
        /// Nothing is decided yet: look again after so many milliseconds, or when the connection says something.
        case wait(Int32)
        case tooSlow
    }

    /// From the writing of the piece.
    let timeout: Duration
    /// How long the connection must stay open after everything was acknowledged.
    let settleTime: Duration
    private var acknowledgedAt: Duration?
    private var pause: Int32 = 1

    /// The longest wait between two looks, in milliseconds: nobody calls when the last byte is acknowledged.
    static let longestPause: Int32 = 50

    init(timeout: Duration, settleTime: Duration) {
        self.timeout = timeout
        self.settleTime = settleTime
    }

    /// What follows when `unacknowledged` bytes are under way at `elapsed` from the beginning.
    mutating func step(unacknowledged: Int, elapsed: Duration) -> Step {
        if unacknowledged == 0 {
            let since = acknowledgedAt ?? elapsed
            acknowledgedAt = since
            if elapsed - since >= settleTime { return .taken }
        } else if elapsed >= timeout {
            return .tooSlow
        }
        defer { pause = min(pause * 2, Self.longestPause) }
        return .wait(pause)
    }
}
