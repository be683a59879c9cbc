import Bytes
import Adapters
import Console
import Digests
import Ingest
import Journal

extension GatewayConfiguration {
    /// What a `config` entry of the journal holds: all that records depend on beside the receipts.
    package var projection: ProjectionConfiguration {
        let sources = sources.map { source in
            ProjectionConfiguration.Source(
                name: source.name, adapter: source.adapter, account: source.account, timezone: source.timezone, redact: source.redact)
        }
        return ProjectionConfiguration(sources: sources, adapters: adapters.names.compactMap { adapters.adapters[$0] })
    }

    /// Tells configurations apart by what records depend on beside the receipts, adapters' manifests too.
    package var mappingDigest: String { SHA256Hash.digest(of: projection.encode()).hex }

    /// The sources as the ingest port needs them, under the `config` entry `generation`.
    func sourceTable(generation: UInt64) -> SourceTable {
        SourceTable(
            generation: generation, sources: sources.compactMap { source in adapters.adapters[source.adapter].map { ingestSource(source, $0) } },
            standInKey: StandInKey.load(folder: storage.data))
    }

    private func ingestSource(_ source: SourceSettings, _ adapter: Adapter) -> IngestSource {
        IngestSource(
            name: source.name,
            authenticator: Authenticator(
                scheme: adapter.authentication, secrets: source.secrets, tolerance: source.tolerance, work: max(2, sources.map(\.secrets.count).max() ?? 0)),
            redactor: Redactor(rules: adapter.redaction, extra: source.redact, secrets: source.secrets.map(\.value)),
            keptHeaders: adapter.keepsHeaders, deduplicates: adapter.keyIsFromBody,
            limits: SourceLimits(bodyMax: source.bodyMax, rate: source.rate, burst: source.burst, bytesPerDay: Int(clamping: source.bytesPerDay)),
            allow: source.allow.isEmpty ? nil : source.allow)
    }

    /// The ingest port's settings.
    var ingest: IngestConfiguration {
        var limits = IngestLimits()
        limits.headBytesMax = self.limits.headMax
        limits.headFieldsMax = self.limits.headFields
        limits.jsonDepthMax = self.limits.jsonDepth
        limits.headTimeout = .milliseconds(self.limits.headTimeout)
        limits.bodyTimeout = .milliseconds(self.limits.bodyTimeout)
        limits.bodyBytesPerSecondMin = self.limits.bodyRate
        limits.idleTimeout = .milliseconds(self.limits.idleTimeout)
        limits.connectionsMax = self.limits.connections
        limits.connectionsPerAddressMax = self.limits.connectionsPerAddress
        limits.bodiesInFlightMax = Int(clamping: self.limits.bodiesInFlight)
        limits.bodiesInFlightPerAddressMax = Int(clamping: self.limits.bodiesInFlightPerAddress)
        return IngestConfiguration(
            host: listen.ingest.address.host, port: listen.ingest.address.port, tls: listen.ingest.tls, trustedProxies: listen.ingest.trustedProxies,
            limits: limits, descriptorsKept: descriptorsKept)
    }

    /// Descriptors for the journal, the databases, the sinks and the commands, and for the console where there is one.
    private var descriptorsKept: Int { 160 + (listen.console == nil ? 0 : ConsoleLimits().connections) }
}

extension GatewayConfiguration {
    var sourceDescriptions: [SourceDescription] {
        sources.map { source in
            SourceDescription(
                name: source.name, adapter: source.adapter, account: source.account,
                credential: adapters.adapters[source.adapter]?.authentication.word ?? "")
        }
    }

    var sinkDescriptions: [SinkDescription] { sinks.map { SinkDescription(name: $0.name, type: $0.type) } }

    /// How the journal is opened; `onFatal` is called when it can keep nothing more in this process.
    func journalOptions(onFatal: @escaping @Sendable (JournalError) -> Void) -> SegmentJournalOptions {
        var options = SegmentJournalOptions(directory: storage.journal, onFatal: onFatal)
        options.diskReserve = diskReserve
        return options
    }

    /// The room that is left to everything else than receipts, on each disk.
    var diskReserve: DiskReserve {
        switch storage.diskReserve {
        case nil: .standard
        case .bytes(let bytes): DiskReserve(bytes: UInt64(clamping: bytes), percent: 0)
        case .percent(let percent): DiskReserve(bytes: 0, percent: UInt64(clamping: percent))
        }
    }
}
