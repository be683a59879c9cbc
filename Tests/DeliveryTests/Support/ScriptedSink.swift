import Delivery
import FindingModel
import Synchronization

/// A sink that answers as its script says and remembers what it was given.
final class ScriptedSink: EventSink {
    struct Attempt: Sendable {
        let sequences: [UInt64]
        let outcome: DeliveryOutcome
    }

    let name: String
    let type = "scripted"
    let limits: SinkLimits
    let keepsOneState: Bool
    let looksStatesUp: Bool
    private let script: @Sendable (Int, [Change]) async -> DeliveryOutcome
    private let recorded = Mutex<(attempts: [Attempt], begun: Int, closed: Int)>(([], 0, 0))

    /// `script` gets how many attempts came before this one, and the batch.
    init(
        _ name: String = "sink", count: Int = 10, bytes: Int = 1 << 20, requests: Int = 1, keepsOneState: Bool = false, looksStatesUp: Bool = false,
        script: @escaping @Sendable (Int, [Change]) async -> DeliveryOutcome = { _, _ in .delivered(status: 200, id: nil) }
    ) {
        self.name = name
        limits = SinkLimits(count: count, bytes: bytes, requests: requests)
        self.keepsOneState = keepsOneState
        self.looksStatesUp = looksStatesUp
        self.script = script
    }

    func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let before = recorded.withLock { recorded in
            recorded.begun += 1
            return recorded.begun - 1
        }
        let outcome = await script(before, batch)
        recorded.withLock { $0.attempts.append(Attempt(sequences: batch.map(\.sequence), outcome: outcome)) }
        return outcome
    }

    func close() async { recorded.withLock { $0.closed += 1 } }

    var attempts: [Attempt] { recorded.withLock { $0.attempts } }
    var begun: Int { recorded.withLock { $0.begun } }
    var closed: Int { recorded.withLock { $0.closed } }

    /// What it took, in order, repetitions included.
    var taken: [UInt64] {
        attempts.flatMap { attempt -> [UInt64] in
            if case .delivered = attempt.outcome { return attempt.sequences }
            return []
        }
    }
}
