import FindingModel

/// What `weir sinks` says about one sink.
package struct SinkStatus: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Finding out where to begin.
        case starting
        case idle
        case delivering
        /// The sink, or the gateway's own files, failed; the reason says which.
        case retrying(RetryState.Outage)
        case stopped

        package var word: String {
            switch self {
            case .starting: "starting"
            case .idle: "idle"
            case .delivering: "delivering"
            case .retrying: "retrying"
            case .stopped: "stopped"
            }
        }
    }

    /// The last thing that the sink said.
    package struct Answer: Hashable, Sendable {
        package let time: Timestamp
        /// Nothing for sinks that give none.
        package let status: Int?
        /// `delivered`, or why not.
        package let text: String
    }

    package let name: String
    package let type: String
    package let state: State
    package let position: SinkPosition
    /// Changes still to come; nothing when the last sequence cannot be read.
    package let pending: UInt64?
    package let lastAnswer: Answer?
    package let lastDeliveredTime: Timestamp?
}
