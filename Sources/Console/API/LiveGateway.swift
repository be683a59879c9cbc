import Delivery
import FindingModel
import Ingest
import Journal
import State

/// The running gateway, as far as operators ask about it.
package protocol LiveGateway: Sendable {
    var startedTime: Timestamp { get }
    /// `http://127.0.0.1:8080`
    var ingestURL: String { get }
    var journal: any Journal { get }
    var projector: ProjectorStatus { get }
    /// Configurations that cannot be used, with how many receipts were mapped with another since the start.
    var replacedConfigurations: [(configuration: ReplacedConfiguration, receipts: Int)] { get }
    /// Tells apart by what records are made: the adapters and sources that were read last.
    var mappingDigest: String { get }
    /// What was received and refused since the start, by source.
    var tallies: [String: SourceTally] { get }
    /// Open connections, and bytes of large bodies in flight.
    var load: (connections: Int, bodyBytes: Int) { get }

    /// What keeps the gateway from all of its work, a sentence each: a disk without room, a state.db that cannot be written.
    var concerns: [String] { get }

    /// Whether a source takes the secret with this SHA-256 in hexadecimal digits; nothing when the gateway has not read of such a source.
    func takes(secretDigest digest: String, source: String) -> Bool?
    func sinkStatuses() async -> [SinkStatus]
    /// Hands a sink one marked change; nothing when there is no such sink.
    func testSink(_ name: String) async -> DeliveryOutcome?
    /// Has dead letters tried again or given up; nothing when there is no such sink.
    func settle(_ settlement: DeadLetterSettlement, sink: String, changes: [String]) async throws(OperatorError) -> Int?
    /// What a replay takes in, made or only looked at; nothing when there is no such sink.
    func replay(_ wish: ReplayWish, isMade: Bool) async throws(OperatorError) -> ReplayAnswer?
    /// Ends the replays of a sink that are not done, and returns them; nothing when there is no such sink.
    func cancelReplays(sink: String) async throws(OperatorError) -> [ReplayJob]?
    /// Gives up what a sink that has left the configuration has still to do, or with `isMade` false only says what that is.
    func forget(sink: String, isMade: Bool, andTickets: Bool, who: String) async throws(OperatorError) -> Forgetting
    /// Has the body of a receipt erased, and its words taken out of everything that was made of it; returns the files that may still hold them.
    func erase(_ number: UInt64, reason: String, who: String) async throws(OperatorError) -> [String]
    /// Has receipts left out as `decision` says, and appends the difference that this makes; nothing where an equal decision was made before.
    func void(_ decision: VoidDecision) async throws(OperatorError) -> VoidReport
    /// Appends the difference that today's adapters make; returns how many changes it took.
    func rebuild() async throws(OperatorError) -> UInt64
}

/// A configured source, as tables show it.
package struct SourceDescription: Sendable {
    package let name: String
    package let adapter: String
    package let account: String
    /// `hmac`, `bearer`, `basic`, `secret-url` or `header`.
    package let credential: String

    package init(name: String, adapter: String, account: String, credential: String) {
        self.name = name
        self.adapter = adapter
        self.account = account
        self.credential = credential
    }
}

/// A configured sink, as tables show it.
package struct SinkDescription: Sendable {
    package let name: String
    package let type: String

    package init(name: String, type: String) {
        self.name = name
        self.type = type
    }
}
