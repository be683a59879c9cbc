import FindingModel

/// What the gateway sees of itself at one moment.
struct GatewayObservation: Sendable {
    /// One source since the start of the process.
    struct Source: Equatable, Sendable {
        var accepted: UInt64 = 0
        /// Refused requests by reason.
        var refusals: [String: UInt64] = [:]
    }

    var wall: Timestamp
    /// Milliseconds of a clock that is never set.
    var monotonic: Int64
    /// The disks that have less room than the reserve.
    var lowDisks: [StorageVolumes.Low] = []
    /// The configured sources.
    var sources: [String: Source] = [:]
}
