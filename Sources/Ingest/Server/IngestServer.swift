import Adapters
import FindingModel
import Glibc
import Journal
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The ingest port: takes vendors' requests, and answers 200 once their bodies are on disk.
package final class IngestServer: Sendable {
    /// An event loop and what belongs to it.
    private struct Station: Sendable {
        let loop: any EventLoop
        let shard: NIOLoopBound<Shard>
    }

    /// What exists between `start` and `stop`.
    private struct Running: Sendable {
        let group: MultiThreadedEventLoopGroup
        let listener: any Channel
        let stations: [Station]
        var routing: RoutingTable
    }

    private enum State: Sendable {
        case idle(SourceTable)
        case starting(SourceTable)
        case running(Running)
        case stopped
    }

    /// What was counted so far.
    package let counters = IngestCounters()
    private let configuration: IngestConfiguration
    private let shared: SharedState
    private let state: Mutex<State>
    private let certificate = CertificateInForce()

    /// A server that is not yet listening.
    ///
    /// - Parameters:
    ///   - clock: the wall clock, for signed times, Date fields and the daily allowance.
    package init(
        configuration: IngestConfiguration, sources: SourceTable, journal: any Journal, log: Logger, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.configuration = configuration
        let connectionsMax = min(configuration.limits.connectionsMax, max(16, Self.descriptors() - configuration.descriptorsKept))
        shared = SharedState(
            configuration: configuration, connectionsMax: max(1, connectionsMax), journal: journal, counters: counters, log: log, clock: clock)
        state = Mutex(.idle(sources))
    }

    /// How many files the process may have open.
    private static func descriptors() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Has `/readyz` say what `standing` gives when it is asked, beside `standingStill`; that is called on an event loop, and blocks on nothing.
    package func answersReadiness(_ standing: @escaping @Sendable () -> StandingStill) { shared.present.withLock { $0 = standing } }

    /// What `/readyz` says of the stages behind the journal; events are accepted all the same.
    package var standingStill: StandingStill {
        get { StandingStill(rawValue: shared.standingStill.load(ordering: .relaxed)) }
        set { shared.standingStill.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Opens the port and says where it is.
    package func start() async throws(IngestError) -> BoundAddress {
        let sources = try state.withLock { state throws(IngestError) in
            guard case .idle(let sources) = state else { throw IngestError(.started, "the ingest port was opened before") }
            state = .starting(sources)
            return sources
        }
        if let files = configuration.tls { try certificate.replace(files) }
        let routing = RoutingTable(sources, counters: counters, previous: nil)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoops)
        let running: Running
        do {
            let stations = try await stations(group, routing)
            running = Running(group: group, listener: try await bind(group, stations), stations: stations, routing: routing)
        } catch {
            try? await group.shutdownGracefully()
            state.withLock { $0 = .stopped }
            throw IngestError(.address, "cannot listen on \(BoundAddress(host: configuration.host, port: configuration.port)): \(Self.reason(error))")
        }
        state.withLock { $0 = .running(running) }
        return BoundAddress(host: configuration.host, port: running.listener.localAddress?.port ?? configuration.port)
    }

    /// Puts another source table in force; requests whose head has come are finished under the old one.
    package func replace(sources: SourceTable) {
        state.withLock { state in
            switch state {
            case .idle: state = .idle(sources)
            case .running(var running):
                let routing = RoutingTable(sources, counters: counters, previous: running.routing)
                running.routing = routing
                state = .running(running)
                for station in running.stations { station.loop.execute { station.shard.value.replace(routing) } }
            case .starting, .stopped: break
            }
        }
    }

    /// Puts another certificate and key in force for connections from now on, when the port has TLS; those that are open keep theirs.
    ///
    /// Throws `.certificate` when the files cannot be used; what was in force stays then.
    package func replace(tls files: IngestTLS) throws(IngestError) {
        if configuration.tls != nil { try certificate.replace(files) }
    }

    /// Stops listening, refuses new requests, answers those in work, and closes what is left after `limit`.
    package func stop(within limit: Duration = .seconds(10)) async {
        let running = state.withLock { state -> Running? in
            guard case .running(let running) = state else { return nil }
            state = .stopped
            return running
        }
        guard let running else { return }
        try? await running.listener.close().get()
        let end = NIODeadline.now() + TimeAmount(limit)
        let drains = running.stations.map { station in
            station.loop.flatSubmit {
                let shard = station.shard.value
                station.loop.assumeIsolated().scheduleTask(deadline: end) { shard.end() }
                return shard.drain()
            }
        }
        for drain in drains { try? await drain.get() }
        for station in running.stations { try? await station.loop.submit { station.shard.value.end() }.get() }
        shared.disband()
        try? await running.group.shutdownGracefully()
    }

    /// Connections open now, and bytes held for their clients.
    package var load: (connections: Int, bodyBytes: Int) {
        let (connections, bytes) = shared.table.withLock { ($0.connections, $0.bytes) }
        return (connections, bytes + shared.trusted.load(ordering: .relaxed))
    }

    private func stations(_ group: MultiThreadedEventLoopGroup, _ routing: RoutingTable) async throws -> [Station] {
        var stations: [Station] = []
        let largeBodies = LargeBodies(shared)
        for loop in group.makeIterator() {
            let shared = shared
            stations.append(
                try await loop.submit {
                    Station(loop: loop, shard: NIOLoopBound(Shard(loop: loop, shared: shared, largeBodies: largeBodies, routing: routing), eventLoop: loop))
                }.get())
        }
        return stations
    }

    private func bind(_ group: MultiThreadedEventLoopGroup, _ stations: [Station]) async throws -> any Channel {
        let certificate = certificate, shared = shared, limits = configuration.limits
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // In one turn, so that those who are connected are not kept waiting by a crowd that wants to be.
            .serverChannelOption(.maxMessagesPerRead, value: 4)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Door(shared)) }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let station = stations.first(where: { $0.loop === channel.eventLoop }) else { throw ChannelError.ioOnClosedChannel }
                    try Self.setOptions(of: channel, limits)
                    if let tls = certificate.context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Connection(shard: station.shard.value))
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
    }

    /// All at once: as options of the bootstrap each would be a future of its own, for every stranger. TCP_NODELAY comes from the listener.
    private static func setOptions(of channel: any Channel, _ limits: IngestLimits) throws {
        guard let options = channel.syncOptions else { throw ChannelError.operationUnsupported }
        try options.setOption(.allowRemoteHalfClosure, value: true)
        // One read for each event keeps what a paused client has in memory to one buffer.
        try options.setOption(.maxMessagesPerRead, value: 1)
        // A client that does not take its answers has no more than these made for it, and goes on when it has taken all.
        try options.setOption(.writeBufferWaterMark, value: .init(low: 1, high: limits.answersAheadMax))
        try options.setOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 2048, maximum: 16_384))
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case EADDRINUSE: return "another process listens there"
        case EADDRNOTAVAIL: return "it is no address of this machine"
        case EACCES: return "permission denied"
        default: return String(cString: strerror(error.errnoCode))
        }
    }
}
