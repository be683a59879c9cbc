import FindingModel
import JSONDocument

/// An adapter with what one source's configuration adds to it: all that the mapping of a receipt depends on beside the receipt;
/// immutable and shared.
package final class SourcePlan: Sendable {
    package let adapter: Adapter
    /// The scope of event keys and record uids.
    package let account: String
    /// For times without a zone; the adapter's when absent.
    package let timezone: String?
    /// What goes beside what the adapter redacts.
    package let redact: [RedactionRule]
    private let mapper: Mapper
    private let redactor: Redactor

    /// Nothing when there is no time zone of that name.
    package init?(adapter: Adapter, account: String, timezone: String? = nil, redact: [RedactionRule] = []) {
        var zone = adapter.plan.zone
        if let timezone {
            guard let named = TimeZoneRules(identifier: timezone) else { return nil }
            zone = named
        }
        self.adapter = adapter
        self.account = account
        self.timezone = timezone
        self.redact = redact
        mapper = Mapper(adapter: adapter.name, plan: adapter.plan, account: account, zone: zone)
        redactor = Redactor(rules: adapter.redaction, extra: redact)
    }

    /// What the vendor meant by a receipt.
    ///
    /// The body is redacted once more, by the rules that are in force here. Fails only for a body that is not JSON, or that the adapter
    /// multiplies beyond what one event may become; whatever else it
    /// says is mapped as far as the adapter knows it, and the rest is drift. Ends the validity of the parser's last tape.
    package func map(_ input: MappingInput, parser: inout JSONParser) throws(MappingError) -> MappedEvent {
        let redacted = try Self.parse(input.body, parser: &parser) { tape, bytes -> RedactedOrMapped in
            switch redactor.redact(tape, body: bytes) {
            case .rewritten(let body, _): .redacted(body)
            case .unchanged where adapter.plan.json.paths.isEmpty: .mapped(mapper.map(tape, input, drift: DriftCollector()))
            case .unchanged: .redacted(nil)
            }
        }
        switch redacted {
        case .mapped(let event): return try Self.withinBudget(event)
        case .redacted(let body): return try map(redacted: body ?? input.body, input, parser: &parser)
        }
    }

    private enum RedactedOrMapped {
        /// Nothing when it would be too much.
        case mapped(MappedEvent?)
        /// The body without what had to go; nothing when it stays as it is.
        case redacted([UInt8]?)
    }

    private func map(redacted body: [UInt8], _ input: MappingInput, parser: inout JSONParser) throws(MappingError) -> MappedEvent {
        let replaced = adapter.plan.json.replaced(in: body, parser: &parser)
        var drift = DriftCollector()
        for place in replaced.unreadable { drift.add(.json, place) }
        return try Self.withinBudget(Self.parse(replaced.body ?? body, parser: &parser) { tape, _ in mapper.map(tape, input, drift: drift) })
    }

    private static func withinBudget(_ event: MappedEvent?) throws(MappingError) -> MappedEvent {
        guard let event else {
            throw MappingError(code: .overBudget, offset: 0, message: "the adapter makes more of it than one event may become")
        }
        return event
    }

    private static func parse<R>(
        _ body: [UInt8], parser: inout JSONParser, _ use: (JSONTape, UnsafeRawBufferPointer) -> R
    ) throws(MappingError) -> R {
        let result = body.withUnsafeBytes { body -> Result<R, JSONError> in
            let bytes = body.afterByteOrderMark
            do throws(JSONError) {
                return .success(use(try parser.parse(bytes), bytes))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw MappingError(code: .notJSON, offset: error.offset, message: error.message)
        }
    }
}
