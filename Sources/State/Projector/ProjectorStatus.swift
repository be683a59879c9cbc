import FindingModel

/// Where the projector stands.
package struct ProjectorStatus: Sendable, Equatable {
    /// The last entry that was projected.
    package var entry: UInt64 = 0
    /// Its receipt time; nothing before the first.
    package var receivedTime: Timestamp?
    /// The last change.
    package var sequence: UInt64 = 0
    /// Why it does not get on at the moment.
    package var failure: StateError?
    /// The `rebuild` entry in work.
    package var rebuild: UInt64?

    package init() {}
}
