import Delivery
import FindingModel
import Synchronization

/// Another sink, and when it was asked for what.
final class RecordingSink: EventSink {
    struct Attempt: Sendable {
        let time: Timestamp
        let sequences: [UInt64]
        /// Those that the sink took.
        let taken: [UInt64]
        /// Nothing when everything was taken.
        let failure: DeliveryFailure?
    }

    private let sink: any EventSink
    private let clock: any DeliveryClock
    private let recorded = Mutex<[Attempt]>([])

    init(_ sink: any EventSink, clock: any DeliveryClock) {
        self.sink = sink
        self.clock = clock
    }

    var name: String { sink.name }
    var type: String { sink.type }
    var limits: SinkLimits { sink.limits }
    var attempts: [Attempt] { recorded.withLock { $0 } }

    func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let time = clock.now
        let outcome = await sink.deliver(batch)
        let sequences = batch.map(\.sequence)
        let taken: [UInt64] =
            switch outcome {
            case .delivered: sequences
            case .items(let items, _, _): zip(sequences, items).compactMap { $1.isTaken ? $0 : nil }
            case .retry, .pause, .split, .reject: []
            }
        recorded.withLock { $0.append(Attempt(time: time, sequences: sequences, taken: taken, failure: outcome.failure)) }
        return outcome
    }

    func close() async { await sink.close() }
}
