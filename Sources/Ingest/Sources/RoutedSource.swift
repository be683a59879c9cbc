import Adapters
import Synchronization

/// A source with what is counted for it; shared by the event loops.
final class RoutedSource: Sendable {
    let source: IngestSource
    let generation: UInt64
    let counters: SourceCounters
    let allowance: SharedAllowance
    /// The header fields that the authenticator reads, in lower case.
    let credentialHeaders: [String]
    /// False for one that stands in for names that no source has.
    let exists: Bool

    init(_ source: IngestSource, generation: UInt64, counters: SourceCounters, allowance: SharedAllowance, exists: Bool = true) {
        self.source = source
        self.generation = generation
        self.counters = counters
        self.allowance = allowance
        self.exists = exists
        let scheme = source.authenticator.scheme
        credentialHeaders = Array(Set(scheme.credentialHeaders + scheme.signedHeaders))
    }
}

/// A source's allowance, which a new source table takes over as long as its limits stay the same.
final class SharedAllowance: Sendable {
    let limits: SourceLimits
    let state: Mutex<SourceAllowance>

    init(_ limits: SourceLimits) {
        self.limits = limits
        state = Mutex(SourceAllowance(limits))
    }
}
