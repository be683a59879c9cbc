import FindingModel

/// What `weir sinks` says about one sink.
package struct SinkStatus: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Finding out where to begin.
        case starting
        case idle
        case delivering
        /// The sink, or the gateway's own files, failed; the reason says which.
        case retrying(SinkHealth.Outage)
        /// Nothing will be taken before a person has done something.
        case paused(SinkHealth.Outage)
        case stopped

        package var word: String {
            switch self {
            case .starting: "starting"
            case .idle: "idle"
            case .delivering: "delivering"
            case .retrying: "retrying"
            case .paused: "paused"
            case .stopped: "stopped"
            }
        }

        /// What is wrong, if anything is.
        package var outage: SinkHealth.Outage? {
            switch self {
            case .retrying(let outage), .paused(let outage): outage
            case .starting, .idle, .delivering, .stopped: nil
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

    /// What is wrong although changes are delivered.
    package struct Concern: Hashable, Sendable {
        package let since: Timestamp
        package let reason: String
    }

    package let name: String
    package let type: String
    package internal(set) var state = State.starting
    package internal(set) var position: SinkPosition
    /// Open items by their state.
    package internal(set) var retrying: UInt64 = 0
    package internal(set) var held: UInt64 = 0
    package internal(set) var again: UInt64 = 0
    package internal(set) var dead: UInt64 = 0
    /// The last sequence there is; nothing when it cannot be read.
    package internal(set) var last: UInt64?
    /// The replay under way.
    package internal(set) var replay: ReplayJob?
    /// Those that are not done and not under way, the oldest first: they wait until the sink has nothing else to do.
    package internal(set) var queued: [ReplayJob] = []
    /// The newest replay that is done, or was cancelled.
    package internal(set) var lastReplay: ReplayJob?
    package internal(set) var lastAnswer: Answer?
    package internal(set) var lastDeliveredTime: Timestamp?
    package internal(set) var concern: Concern?
    /// What it failed for when it, or the gateway, stopped.
    package internal(set) var lastOutage: SinkHealth.Outage?

    init(name: String, type: String) {
        self.name = name
        self.type = type
        position = SinkPosition(name: name, start: 0)
    }

    /// What is known of a sink whose gateway does not run.
    package init(
        name: String, type: String, position: SinkPosition, counts: [OpenItem.State: UInt64], replays: [ReplayJob] = [], last: UInt64?,
        end: SinkEnd = SinkEnd()
    ) {
        self.init(name: name, type: type)
        self.position = position
        self.last = last
        queued = replays.filter { $0.sink == name }
        state = .stopped
        (lastOutage, lastDeliveredTime) = (end.outage, end.lastDeliveredTime)
        retrying = counts[.retrying] ?? 0
        held = counts[.held] ?? 0
        again = counts[.again] ?? 0
        dead = counts[.dead] ?? 0
    }

    /// Whether there is no room for another change that waits in a row of its own.
    package internal(set) var isFull = false

    /// Whether nothing is left to do for it.
    package var isDone: Bool { (pending ?? again) == 0 && retrying == 0 && held == 0 && dead == 0 && replay == nil && queued.isEmpty }

    /// Changes still to come, those included that are pending again; nothing when the last sequence cannot be read.
    package var pending: UInt64? { last.map { position.ahead(last: $0) + again } }
}

/// How a sink ended that does not run.
package struct SinkEnd: Hashable, Sendable {
    /// The outage that it is in; when it will be tried next nobody knows.
    var outage: SinkHealth.Outage?
    var lastDeliveredTime: Timestamp?

    package init() {}
}
