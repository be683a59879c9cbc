import Console
import CurlTransport
import Delivery
import FindingModel
import Ingest
import Journal
import Logging
import State

/// The running gateway: everything that a configuration asks for, started in the order of the flow and stopped against it.
package final class Gateway: Sendable {
    /// How long requests that are being received may take to end, and those that are being delivered.
    private static let ingestGrace = Duration.seconds(5), deliveryGrace = Duration.seconds(3)

    private let parts: GatewayParts
    private let failures: FailureBox
    private let reloading: GatewayReload
    /// Where scanners reach it: `http://127.0.0.1:8080`.
    package let ingestURL: String
    /// The console's TCP port, if it has one.
    package let consoleURL: String?

    init(parts: GatewayParts, failures: FailureBox, ingestURL: String, reload: GatewayReload) {
        reloading = reload
        self.parts = parts
        self.failures = failures
        self.ingestURL = ingestURL
        consoleURL = parts.console?.url
    }

    /// Starts everything; when a part cannot be started, the others are stopped again.
    ///
    /// - Parameter onFailure: told when the gateway cannot go on, for example because the disk failed; `failure` says why.
    package static func start(
        _ configuration: GatewayConfiguration, clock: @escaping @Sendable () -> Timestamp = SystemClock.now, onFailure: @escaping @Sendable () -> Void
    ) async throws(GatewayError) -> Gateway {
        try await GatewayStart(configuration: configuration, clock: clock, failures: FailureBox(onFailure: onFailure)).run()
    }

    /// Why it has to end, if it has to.
    package var failure: GatewayError? { failures.failure }

    /// The line that says where it can be reached: `ready ingest=http://127.0.0.1:8080 console=http://127.0.0.1:8081 data=/var/lib/weir/data`.
    package var readyLine: String {
        "ready ingest=\(ingestURL)" + (consoleURL.map { " console=\($0)" } ?? "") + " data=\(parts.folder.storage.data)"
    }

    /// Puts another configuration in force: adapters, sources, sinks and routes; when it cannot be used, the old one stays. One at a time.
    ///
    /// - Returns: the keys that are different and take effect only at the next start.
    package func reload(_ configuration: GatewayConfiguration) async throws(GatewayError) -> [String] {
        // What reading and comparing needed is much, with many sources.
        defer { HeapMemory.giveBack() }
        return try await reloading.run(configuration)
    }

    /// Answers what is being received, ends what is being delivered, writes everything down and closes it; within 10 s.
    package func stop() async {
        let log = Logger(label: "gateway")
        log.notice("stopping", metadata: ["version": "\(ProgramVersion.current)"])
        await parts.stop(ingest: Self.ingestGrace, delivery: Self.deliveryGrace)
        log.notice("stopped")
    }
}
