import FindingModel
import Ingest
import JSONDocument
import State

/// `GET /v1/sources`: what is received, refused and not understood.
struct SourcesView {
    /// Places of drift shown of one source.
    private static let driftMax = 100

    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func response() async throws -> OperatorResponse {
        let tallies = api.sources.live?.tallies ?? [:]
        let earlier = api.sources.earlierTallies()
        var ever = earlier.merging(tallies) { $0.adding($1) }
        let configured = api.sources.configuredSources()
        let known = Set(configured.map(\.name))
        var counts: [String: SourceCounts] = [:]
        var drift: [String: [DriftCount]] = [:]
        var lastTimes: [String: Timestamp] = [:]
        if let state = try? api.state {
            for source in try await state.sources() { counts[source.source] = source }
            for (name, counts) in counts where counts.receipts > 0 {
                ever[name] = (ever[name] ?? SourceTally()).keeping(receipts: UInt64(clamping: counts.receipts))
            }
            for name in counts.keys {
                drift[name] = try await state.drift(ofSource: name, limit: Self.driftMax)
                var filter = EventFilter()
                filter.source = name
                filter.limit = 1
                lastTimes[name] = try await state.events(filter).first?.wallTime
            }
        }
        let conservation = try? await api.sources.conservation()
        // Sources that are no longer configured, and requests that never reached one, are shown too.
        let others = Set(ever.keys).union(counts.keys).subtracting(known).sorted().filter { !$0.isEmpty }
        let all = configured + others.map { SourceDescription(name: $0, adapter: "", account: "", credential: "") }
        return .object { writer in
            writer.objects("sources", all) { writer, source in
                writer.member("name", source.name)
                // What a source told that has left the configuration stays.
                writer.key("configured")
                writer.bool(known.contains(source.name))
                if known.contains(source.name) {
                    writer.member("adapter", source.adapter)
                    writer.member("account", source.account)
                    writer.member("credential", source.credential)
                }
                if let tally = tallies[source.name] {
                    // Beside what is said by name, the members that there always were, since the start too.
                    Self.write(tally, to: &writer)
                    writer.object("since_start") { Self.write(tally, to: &$0) }
                }
                if let tally = ever[source.name] {
                    writer.object("ever") { Self.write(tally, to: &$0) }
                    Self.write(tally.lastRefusals.reversed(), to: &writer)
                }
                if let counts = counts[source.name] {
                    writer.object("events") { writer in
                        for outcome in EventOutcome.allCases { if let count = counts.outcomes[outcome] { writer.member(outcome.word, count) } }
                    }
                }
                writer.objects("drift", drift[source.name] ?? []) { writer, drift in
                    writer.member("kind", drift.place.kind)
                    writer.member("place", drift.place.place)
                    writer.member("count", drift.count)
                    writer.member("first_receipt", String(drift.firstReceipt))
                    writer.member("last_receipt", String(drift.lastReceipt))
                }
                writer.member("last_received_time", lastTimes[source.name])
            }
            if let live = api.sources.live { writer.strings("concerns", live.concerns) }
            if let conservation { writer.object("receipts") { StatusView.write(conservation, to: &$0) } }
        }
    }

    /// `POST /v1/sources/NAME/takes` with `{"secret_sha256":"…"}`, over the socket alone: whether what a file holds is what the gateway has read.
    func takes(_ name: String, _ request: OperatorRequest) async throws -> OperatorResponse {
        guard request.who == nil else { throw OperatorError(.forbidden, "secrets are asked about over the socket only") }
        let digest = try RequestBody(request, knows: ["secret_sha256"]).text("secret_sha256")
        guard let isTaken = try api.live().takes(secretDigest: digest, source: name) else {
            var error = OperatorError(.notFound, "there is no source '\(name)'")
            error.missing = ConfiguredThing(.source, name)
            throw error
        }
        return .object { writer in
            writer.key("taken")
            writer.bool(isTaken)
        }
    }

    private static func write(_ tally: SourceTally, to writer: inout JSONWriter) {
        writer.member("accepted", tally.accepted)
        writer.member("duplicates", tally.duplicates)
        writer.member("late", tally.late)
        writer.member("bytes", tally.bytes)
        writer.object("refusals") { writer in
            for (reason, count) in tally.refusals.sorted(by: { $0.key < $1.key }) { writer.member(reason, count) }
        }
    }

    /// The newest first.
    private static func write(_ refusals: [RefusalRecord], to writer: inout JSONWriter) {
        writer.objects("last_refusals", refusals) { writer, refusal in
            writer.member("time", refusal.time)
            writer.member("status", refusal.status)
            writer.member("reason", refusal.reason)
            writer.member("detail", refusal.detail)
            writer.member("peer", refusal.peer)
            writer.member("size", refusal.size)
            writer.member("sha256", refusal.bodySHA256)
        }
    }
}
