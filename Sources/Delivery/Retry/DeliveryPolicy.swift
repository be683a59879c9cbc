/// How long delivery waits, and when it gives up: every number of it in one place.
package struct DeliveryPolicy: Hashable, Sendable {
    /// Between attempts while the sink fails as a whole.
    package var outage = RetryPolicy()
    /// Between attempts of one change that the sink puts off while it takes others.
    package var item = RetryPolicy(base: .seconds(10), cap: .seconds(1800))
    /// Between the probes of a paused sink.
    package var probe = RetryPolicy(base: .seconds(60), cap: .seconds(900))
    /// How long one change is put off, not counting outages, before it becomes a dead letter.
    package var patience: Duration = .seconds(72 * 3600)
    /// Changes refused in a row, without one taken in between, after which the sink itself is taken to be the reason.
    package var rejectsInARow = 10
    /// Single changes put off in a row, without one taken in between, after which the sink itself is taken to fail.
    package var putOffsInARow = 10
    /// Changes of other records that are tried at once after one failed alone, to tell the sink's failure from the change's own.
    package var othersAtOnce = 3
    /// How often changes that were not tried yet wake a sink that fails, at most.
    package var newWakes: Duration = .seconds(30)
    /// How many of them may be tried one after the other then, and how long after one another: one more is saved up with each `newWakes` that passes, so
    /// that in the long run no more than one goes in that time.
    package var newAtOnce = 60
    package var newSpacing: Duration = .milliseconds(250)
    /// How often in one outage a sink that is busy, and does not say for how long, is asked after `newWakes` instead of a longer wait, because there are
    /// changes that were not tried yet.
    package var busyWakes = 20
    /// A change that is refused alone is a dead letter when it was tried so often, over so long, and fewer than one in so many of the sink's other
    /// requests of that time failed.
    package var refusalTries = 5
    package var refusalSpan: Duration = .seconds(15 * 60)
    package var refusalShare = 20
    /// A request that fails after so long or longer is not made again as it was (`Slowness`): its parts have one in so many parts of that time, and `slow` at
    /// least.
    package var slow: Duration = .seconds(5)
    package var slowParts = 3
    /// After the try of a row that failed so, others go first for so many times as long as it took, while there are any.
    package var slowRest = 3
    /// So long after a change that failed so alone, others that go alone have a part of the time when they are tried first.
    package var slowWary: Duration = .seconds(600)
    /// Changes of one sink that the cursor has passed and that are not done with; then the cursor stops.
    package var openItemsMax = 10_000

    package init() {}
}
