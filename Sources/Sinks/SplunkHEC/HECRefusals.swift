import Delivery

/// Which events of one batch the collector refused so far, and which are left.
struct HECRefusals {
    /// Places in the batch of the events that go on.
    private(set) var rest: [Int]
    private var refused: [Int: DeliveryFailure] = [:]
    private let count: Int

    /// Events of one batch that are refused one after the other; with more of them the reason is hardly the events.
    static let limit = 10

    init(count: Int) {
        self.count = count
        rest = Array(0..<count)
    }

    /// Takes the event at `place` of `rest` out; false when there were too many of them.
    mutating func add(_ place: Int, _ failure: DeliveryFailure) -> Bool {
        guard refused.count < Self.limit, rest.indices.contains(place) else { return false }
        refused[rest.remove(at: place)] = failure
        return true
    }

    /// The outcome of the whole batch, when `outcome` is that of `rest`.
    func outcome(_ outcome: DeliveryOutcome) -> DeliveryOutcome {
        guard !refused.isEmpty else { return outcome }
        let (status, id) = outcome.taken
        let others: ItemOutcome
        switch outcome {
        case .delivered, .items: others = .delivered
        case .reject(let failure): others = .retry(failure)
        // Whatever it is, it ends; the refused ones are found again then.
        case .retry, .pause, .split: return outcome
        }
        return .items((0..<count).map { place in refused[place].map { .reject($0) } ?? others }, status: status, id: id)
    }
}

extension DeliveryOutcome {
    /// The status and the collector's id of what was taken.
    fileprivate var taken: (status: Int?, id: String?) {
        switch self {
        case .delivered(let status, let id), .items(_, let status, let id): (status, id)
        case .retry, .pause, .split, .reject: (nil, nil)
        }
    }
}
