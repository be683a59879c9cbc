/// Every bound of the ingest port; the values here are the defaults of a configuration that names none.
package struct IngestLimits: Sendable {
    /// Bytes of a head: request line, fields, line ends and the empty line.
    package var headBytesMax = 16_384
    /// Fields of a head.
    package var headFieldsMax = 100
    /// Levels of a body's JSON.
    package var jsonDepthMax = 64
    /// From a new connection, or from the first byte of a later request, to the end of its head.
    package var headTimeout = Duration.seconds(10)
    /// From the end of a head to the end of its body.
    package var bodyTimeout = Duration.seconds(30)
    /// Bytes a second, on average since the end of the head, below which a body is too slow after `bodyGrace`.
    package var bodyBytesPerSecondMin = 240
    /// How long a body may be slow at first.
    package var bodyGrace = Duration.seconds(5)
    /// How long a connection may be quiet between requests.
    package var idleTimeout = Duration.seconds(75)
    /// How long a client may leave answers untaken.
    package var writeTimeout = Duration.seconds(30)
    /// From the last byte of a body to the journal's answer.
    package var journalTimeout = Duration.seconds(4)
    /// Open connections.
    package var connectionsMax = 10_000
    /// Open connections of one client address (IPv6: of one /64); requests in work, for clients behind a trusted proxy.
    package var connectionsPerAddressMax = 500
    /// New connections a second that may each put an end to another one of their own client address, as they do when that has as many as it may,
    /// or most of a full table; and how many may at once.
    package var successionsPerSecond = 1000
    package var successionsAtOnce = 500
    /// Connections of one client address, for whom nobody has proved, from which on it counts as crowded in a table that many with as few fill: a
    /// sender's second connection is none of a crowd's.
    package var crowd = 16
    /// Bytes held for clients who have not proved who they are: heads, bodies and answers not read. As many again may be bodies of those who
    /// have, until reading stops for large ones.
    package var bodiesInFlightMax = 64 << 20
    /// Bytes held for one client address that has proved nothing (IPv6: for one /64), or one body of its source's largest size if that is more.
    package var bodiesInFlightPerAddressMax = 8 << 20
    /// What a stranger's connection may hold at the cost of others at once; for more it waits first.
    package var promptBytesMax = 65_536
    /// Bytes of a body that is judged on its event loop; larger ones are on a thread of their own.
    package var bodyAtOnceMax = 262_144
    /// How long reading may stop for want of memory before others give way, or else the request is refused.
    package var budgetTimeout = Duration.seconds(2)
    /// Requests of one connection that are answered in one turn of its event loop, and so before their answers are taken.
    package var requestsAheadMax = 16
    /// Requests of strangers that are answered in one turn of an event loop.
    package var strangersPerTurnMax = 16
    /// Reads from strangers' connections in one turn of an event loop.
    package var strangersReadPerTurnMax = 4
    /// Bytes of answers not yet taken from which on a connection's next requests wait.
    package var answersAheadMax = 4096
    /// What a TLS session is counted as until its client has proved who it is.
    package var sessionBytes = 16_384
    /// Bytes that are read and dropped after a refusal that closes the connection.
    package var lingerBytesMax = 65_536
    /// How long bytes are read and dropped after a refusal that closes the connection.
    package var lingerTimeout = Duration.seconds(1)
    /// How often time limits are looked at, and so how late they may strike.
    package var tick = Duration.milliseconds(100)

    package init() {}
}

/// The bounds of one source.
package struct SourceLimits: Equatable, Sendable {
    /// Bytes of a body.
    package var bodyMax: Int
    /// Authenticated requests a second, over time.
    package var rate: Int
    /// Authenticated requests at once, above `rate`.
    package var burst: Int
    /// Bytes of authenticated bodies a day (UTC).
    package var bytesPerDay: Int

    package init(bodyMax: Int = 4 << 20, rate: Int = 200, burst: Int = 20_000, bytesPerDay: Int = 8 << 30) {
        self.bodyMax = max(0, bodyMax)
        self.rate = max(1, rate)
        self.burst = max(1, burst)
        self.bytesPerDay = max(0, bytesPerDay)
    }
}
