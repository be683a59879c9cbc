import YAMLDocument

/// The limits of the ingest port, for all sources together; DESIGN section 12 gives the defaults.
package struct LimitSettings: Equatable, Sendable {
    /// Bytes of one body, where the source says nothing else.
    package var bodyMax = 4 << 20
    /// Levels of JSON.
    package var jsonDepth = 64
    /// Bytes of a request's head.
    package var headMax = 16 << 10
    package var headFields = 100
    /// Milliseconds until the head is complete.
    package var headTimeout: Int64 = 10_000
    /// Milliseconds until the body is complete.
    package var bodyTimeout: Int64 = 30_000
    /// Bytes a second, measured after the first 5 s of a body.
    package var bodyRate = 240
    /// Milliseconds between requests of a connection.
    package var idleTimeout: Int64 = 75_000
    package var connections = 10_000
    package var connectionsPerAddress = 500
    /// Bytes of all bodies in flight, and of those of one address.
    package var bodiesInFlight: Int64 = 64 << 20
    package var bodiesInFlightPerAddress: Int64 = 8 << 20
    /// Requests per second of one source.
    package var rate = 200
    package var burst = 20_000
    package var bytesPerDay: Int64 = 8 << 30

    package init() {}
}

extension LimitSettings {
    /// Takes the limits from the configuration's top.
    static func read(_ reader: inout MappingReader, _ context: inout SettingsContext) -> LimitSettings {
        var limits = LimitSettings()
        let timeouts: ClosedRange<Int64> = 1000...3_600_000
        func set<T>(_ field: WritableKeyPath<LimitSettings, T>, _ value: T?) {
            if let value { limits[keyPath: field] = value }
        }
        set(\.bodyMax, context.bytes(reader.take("body-max"), "body-max", SourceSettings.bodyRange).map { Int($0) })
        set(\.jsonDepth, context.integer(reader.take("json-depth"), "json-depth", 4...64))
        set(\.headMax, context.bytes(reader.take("head-max"), "head-max", 1024...256 << 10).map { Int($0) })
        set(\.headFields, context.integer(reader.take("head-fields"), "head-fields", 10...1000))
        set(\.headTimeout, context.duration(reader.take("head-timeout"), "head-timeout", timeouts))
        set(\.bodyTimeout, context.duration(reader.take("body-timeout"), "body-timeout", timeouts))
        set(\.bodyRate, context.integer(reader.take("body-rate"), "body-rate", 0...1 << 30))
        set(\.idleTimeout, context.duration(reader.take("idle-timeout"), "idle-timeout", timeouts))
        set(\.connections, context.integer(reader.take("connections"), "connections", 1...1_000_000))
        set(\.connectionsPerAddress, context.integer(reader.take("connections-per-address"), "connections-per-address", 1...1_000_000))
        let memory: ClosedRange<Int64> = 1 << 20...16 << 30
        set(\.bodiesInFlight, context.bytes(reader.take("bodies-in-flight"), "bodies-in-flight", memory))
        set(\.bodiesInFlightPerAddress, context.bytes(reader.take("bodies-in-flight-per-address"), "bodies-in-flight-per-address", memory))
        set(\.rate, context.rate(reader.take("rate"), "rate"))
        set(\.burst, context.integer(reader.take("burst"), "burst", 1...10_000_000))
        set(\.bytesPerDay, context.bytes(reader.take("bytes-per-day"), "bytes-per-day", SourceSettings.bytesPerDayRange))
        return limits
    }
}
