/// Gathers how a batch's appends ended, so that each receiver is told once.
struct OutcomeGroups {
    private var receivers: [any AppendReceiver] = []
    private var outcomes: [[AppendOutcome]] = []

    mutating func add(_ item: AppendQueue.Item, _ outcome: Result<Appended, JournalError>) {
        // There are few receivers, one an event loop, so that looking through them costs less than a table.
        var index = receivers.count
        while index > 0, receivers[index - 1] !== item.receiver { index -= 1 }
        if index == 0 {
            receivers.append(item.receiver)
            outcomes.append([(item.token, outcome)])
        } else {
            outcomes[index - 1].append((item.token, outcome))
        }
    }

    /// Tells all receivers and forgets them.
    mutating func deliver() {
        for (receiver, list) in zip(receivers, outcomes) { receiver.appended(list) }
        receivers.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
    }
}
