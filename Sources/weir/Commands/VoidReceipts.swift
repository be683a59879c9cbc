import ArgumentParser
import Console
import FindingModel
import Gateway
import JSONDocument
import State

/// `weir void`: after a leaked secret.
struct VoidReceipts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void",
        abstract: "Leaves out the receipts of one source and time, or with some numbers, such as those signed with a leaked secret.",
        discussion: """
            Shows which records would differ without them, and changes nothing. With --yes the decision is kept in the journal with your name, and the \
            difference goes to the sinks as new changes. Only records that those receipts had to do with are made again, without them and as they were \
            mapped so far; today's adapters have no part in it.
            """)

    @Option(help: "The source's name.")
    var source: String

    @Option(
        parsing: .unconditional, help: "From then on, by the clock when they came: \(MomentText.forms), or the first receipt's number.", transform: Self.bound)
    var from: WrittenBound

    @Option(parsing: .unconditional, help: "Before then, or through the receipt with this number.", transform: Self.bound)
    var to: WrittenBound

    @Option(help: "Why: kept in the journal.")
    var reason: String

    @Flag(help: "Do it.")
    var yes = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        try Moment.check(.init("--from", from.text, from.bound), .init("--to", to.text, to.bound))
        if reason.utf8.allSatisfy({ $0 <= 0x20 }) { throw ValidationError("--reason is empty") }
        if reason.utf8.count > 4096 { throw ValidationError("--reason is longer than 4096 bytes") }
    }

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        try DataAccess.check(configuration.storage)
        try await checkSource(configuration)
        if to.bound.isAhead(of: SystemClock.now()) {
            StandardError.line("weir: --to lies ahead: what comes until then is left out as well, and its senders are told that it was taken")
        }
        await warnOfUnreadable(configuration)
        let decision = VoidDecision(source: source, beginning: from.bound, end: to.bound, reason: reason, who: SystemUser.name)
        guard yes else { return try await preview(decision, configuration) }
        let report = try await decide(decision, configuration)
        guard report.isNew else {
            StandardOutput.line("decision \(report.decision) has left these receipts out already; nothing was added")
            return
        }
        StandardOutput.line(
            "decision \(report.decision): \(report.receipts.of("receipt")) left out, \(Int(clamping: report.changes).of("change")) made for the sinks")
        StandardError.line("hint: weir show \(report.decision)")
    }

    /// A source that left the configuration will do; one that never was is a slip of the pen.
    private func checkSource(_ configuration: GatewayConfiguration) async throws(CommandFailure) {
        let configured = configuration.sources.map(\.name)
        guard !configured.contains(source) else { return }
        let client = try await OperatorClient.open(configuration)
        let known = (try await client.get(["v1", "sources"])["sources"]?.arrayValue ?? []).map { $0.word("name") }
        guard known.contains(source) || client.rebuilding != nil else { throw CommandFailure(no: "source", source, known: known) }
        StandardError.line(SafeText.escaped("weir: '\(source)' is not configured any more; its receipts are left out all the same"))
    }

    /// Receipts that cannot be read are not counted, and cannot be told from others.
    private func warnOfUnreadable(_ configuration: GatewayConfiguration) async {
        guard let client = try? await OperatorClient.open(configuration), (try? await client.get(["v1", "status"])) != nil else { return }
        client.warnOfUnreadable()
    }

    private func preview(_ decision: VoidDecision, _ configuration: GatewayConfiguration) async throws {
        try await OperatorClient.requireWhole(configuration)
        let reach: VoidReach
        do throws(GatewayError) { reach = try await OfflineGateway.reach(of: decision, configuration) } catch { throw CommandFailure(error) }
        if let made = reach.madeBy {
            StandardOutput.line("decision \(made) has left these receipts out already; nothing would be added")
            return
        }
        if let refusal = decision.refusal(reach, now: SystemClock.now()) { throw CommandFailure(refusal, hint: "weir events --source \(source)") }
        var differences = DifferenceTable(isShown: true)
        do throws(GatewayError) {
            let count = try OfflineGateway.differences(configuration, void: decision) { differences.add($0) }
            differences.print(count: count)
        } catch { throw CommandFailure(error) }
        StandardOutput.line("\(reach.receipts.of("receipt")) would be left out")
        StandardError.line("hint: nothing was changed; --yes does it")
    }

    private func decide(_ decision: VoidDecision, _ configuration: GatewayConfiguration) async throws(CommandFailure) -> VoidReport {
        guard let channel = try await GatewayChannel.open(configuration) else {
            do throws(GatewayError) { return try await OfflineGateway.void(decision, configuration) } catch { throw CommandFailure(error) }
        }
        let answer = try await OperatorClient(channel).post(["v1", "void"], body: body)
        func number(_ name: String) -> UInt64 { answer[name]?.integerValue.flatMap { UInt64(exactly: $0) } ?? 0 }
        return VoidReport(
            decision: UInt64(answer.word("decision")) ?? 0, receipts: Int(clamping: number("receipts")), changes: number("changes"),
            isNew: answer["new"] != .bool(false))
    }

    private var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, text) in [("source", source), ("from", from.bound.text), ("to", to.bound.text), ("reason", reason), ("who", SystemUser.name)] {
            writer.member(name, text)
        }
        writer.endObject()
        return writer.bytes
    }

    @Sendable private static func bound(_ text: String) throws -> WrittenBound {
        guard let bound = Moment.bound(text) else {
            throw ValidationError("'\(text)' is not \(Moment.forms)")
        }
        return WrittenBound(text: text, bound: bound)
    }

    /// An end as it was given, and what it means.
    struct WrittenBound: Sendable {
        let text: String
        let bound: ReceiptBound
    }
}
