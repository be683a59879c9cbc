import FindingModel
import NIOCore

/// What a source may send: requests a second with a burst, and bytes a UTC day.
///
/// Only authenticated requests are put to it.
package struct SourceAllowance: Sendable {
    /// Why a request is over its source's allowance.
    package enum Excess: Equatable, Sendable {
        /// Too many requests; there is room after so many seconds.
        case rate(retryAfter: Int)
        /// Too many bytes since midnight UTC; there is room after so many seconds.
        case bytes(retryAfter: Int)
    }

    private let bytesPerDay: Int
    private var bucket: TokenBucket
    private var day: Int64 = .min
    private var bytesToday = 0

    package init(_ limits: SourceLimits) {
        bytesPerDay = limits.bytesPerDay
        bucket = TokenBucket(rate: limits.rate, burst: limits.burst)
    }

    /// Counts a request with a body of `bytes`, or says what it would exceed; what is refused is not counted.
    package mutating func admit(bytes: Int, at now: NIODeadline, wall: Timestamp) -> Excess? {
        let today = Self.day(wall)
        if today > day {
            day = today
            bytesToday = 0
        }
        let (sum, overflow) = bytesToday.addingReportingOverflow(bytes)
        guard !overflow, sum <= bytesPerDay else {
            let midnight = (today + 1) * Self.dayMilliseconds
            return .bytes(retryAfter: Int(clamping: (midnight - wall.milliseconds + 999) / 1000))
        }
        if let seconds = bucket.take(at: now) { return .rate(retryAfter: seconds) }
        bytesToday = sum
        return nil
    }

    private static let dayMilliseconds: Int64 = 86_400_000

    private static func day(_ wall: Timestamp) -> Int64 {
        let (quotient, remainder) = wall.milliseconds.quotientAndRemainder(dividingBy: dayMilliseconds)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
