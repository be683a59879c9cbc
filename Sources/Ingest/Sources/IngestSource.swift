import Bytes
import Adapters

/// One configured endpoint, as far as receiving concerns it.
package struct IngestSource: Sendable {
    /// `[a-z0-9][a-z0-9-]{0,62}`: the part of the path.
    package let name: String
    package let authenticator: Authenticator
    package let redactor: Redactor
    /// Names of the header fields that are kept with a receipt, in lower case; credentials are left out whatever stands here.
    package let keptHeaders: [String]
    /// Whether equal bodies are one event, so that they are written once.
    package let deduplicates: Bool
    package let limits: SourceLimits
    /// Where requests may come from; anywhere when nothing is given.
    package let allow: AddressBlockList?

    package init(
        name: String, authenticator: Authenticator, redactor: Redactor, keptHeaders: [String] = [], deduplicates: Bool = false,
        limits: SourceLimits = SourceLimits(), allow: AddressBlockList? = nil
    ) {
        self.name = name
        self.authenticator = authenticator
        self.redactor = redactor
        let credentials = authenticator.scheme.credentialHeaders
        self.keptHeaders = keptHeaders.map { $0.lowercased() }.filter { !credentials.contains($0) }
        self.deduplicates = deduplicates
        self.limits = limits
        self.allow = allow
    }
}

/// The sources in force, and the `config` entry that says what they mean.
package struct SourceTable: Sendable {
    /// The number of the `config` entry in force; receipts carry it.
    package let generation: UInt64
    package let sources: [IngestSource]
    /// Decides what stands in for names that no source has; to be the same over restarts, or their answers would change where those of
    /// sources do not.
    package let standInKey: [UInt8]

    /// Of sources with one name the first counts.
    package init(generation: UInt64, sources: [IngestSource], standInKey: [UInt8] = []) {
        self.generation = generation
        self.sources = sources
        self.standInKey = standInKey
    }
}
