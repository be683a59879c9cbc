import Delivery

/// The other side of a sink under test: a peer that speaks the system's API, or what stands for it.
protocol SinkHarness: Sendable {
    /// A new instance of the sink, as after a restart; the one before it was closed.
    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink
    /// The ids of the changes that the system keeps, in order, repetitions included.
    func received() throws -> [String]
    /// Makes every attempt fail from now on, or no longer.
    func fail(_ isFailing: Bool)
    /// Has the peer ask `plan` about each request from now on, or no longer.
    func meet(_ plan: FaultPlan?)
    /// Whether the system itself keeps a change that came twice only once.
    var tellsRepetitions: Bool { get }
    /// Whether the system refuses single changes, those that `FaultPlan.refuses` names, with `FaultPlan.words`.
    var refusesChanges: Bool { get }
    /// Whether a request can meet a fault for the changes in it.
    var knowsChanges: Bool { get }
    /// Whether a change's record is told by its subject alone.
    var ordersRecords: Bool { get }
}

extension SinkHarness {
    func makeSink() throws -> any EventSink { try makeSink(FixedClock()) }
    var tellsRepetitions: Bool { false }
    var refusesChanges: Bool { false }
    var knowsChanges: Bool { true }
    var ordersRecords: Bool { true }
}
