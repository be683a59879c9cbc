import Adapters

/// What a reload cannot change: keys that take effect at the next start.
enum RestartKeys {
    /// The keys of which `new` says something else than `old`.
    static func changed(from old: GatewayConfiguration, to new: GatewayConfiguration) -> [String] {
        let comparisons: [(key: String, isEqual: Bool)] = [
            ("listen.ingest", old.listen.ingest.isSame(as: new.listen.ingest)), ("listen.console", old.listen.console == new.listen.console),
            ("data", old.storage.data == new.storage.data), ("journal", old.storage.journal == new.storage.journal),
            ("disk-reserve", old.storage.diskReserve == new.storage.diskReserve), ("retention", old.storage.retention == new.storage.retention),
            ("operators", old.operators.elementsEqual(new.operators, by: isSame)), ("json-depth", old.limits.jsonDepth == new.limits.jsonDepth),
            ("head-max", old.limits.headMax == new.limits.headMax), ("head-fields", old.limits.headFields == new.limits.headFields),
            ("head-timeout", old.limits.headTimeout == new.limits.headTimeout), ("body-timeout", old.limits.bodyTimeout == new.limits.bodyTimeout),
            ("body-rate", old.limits.bodyRate == new.limits.bodyRate), ("idle-timeout", old.limits.idleTimeout == new.limits.idleTimeout),
            ("connections", old.limits.connections == new.limits.connections),
            ("connections-per-address", old.limits.connectionsPerAddress == new.limits.connectionsPerAddress),
            ("bodies-in-flight", old.limits.bodiesInFlight == new.limits.bodiesInFlight),
            ("bodies-in-flight-per-address", old.limits.bodiesInFlightPerAddress == new.limits.bodiesInFlightPerAddress),
        ]
        return comparisons.filter { !$0.isEqual }.map(\.key)
    }

    private static func isSame(_ left: OperatorSettings, _ right: OperatorSettings) -> Bool {
        left.name == right.name && left.role == right.role && left.token.value == right.token.value
    }
}

extension IngestListener {
    /// Whether both are the same port; a reload can replace the certificate of one that has TLS.
    fileprivate func isSame(as other: IngestListener) -> Bool {
        address == other.address && (tls == nil) == (other.tls == nil) && trustedProxies == other.trustedProxies
    }
}
