import FindingModel
import JSONDocument

extension TrialOutcome {
    /// The outcome as a case's `.expected.json` has it: `refusal`, or `event`, `records`, `drift` and `redacted`.
    package var json: JSONValue {
        switch self {
        case .refused(let refusal):
            return .object([JSONMember(name: "refusal", value: .string(refusal.code))])
        case .mapped(let event, _, let redacted):
            return Self.object([
                ("event", Self.event(event)),
                ("records", .array(event.records.map { Self.record($0.record) })),
                (
                    "drift",
                    event.drift.isEmpty ? nil : .array(event.drift.map { Self.object([("kind", .string($0.kind.rawValue)), ("place", .string($0.place))]) })
                ),
                ("redacted", redacted.isEmpty ? nil : .array(redacted.map { .string($0) })),
            ])
        }
    }

    private static func event(_ event: MappedEvent) -> JSONValue {
        object([
            ("key", event.key.map { .string($0) }), ("kind", .string(event.kind)), ("time", event.time.map { .string($0.rfc3339) }),
            ("ignored", event.ignored ? .bool(true) : nil),
        ])
    }

    private static func record(_ record: Record) -> JSONValue {
        // What a record wrote is JSON, or the writer is wrong, which a comparison then shows.
        (try? JSONValue(parsing: record.json.bytes)) ?? .null
    }

    private static func object(_ members: [(name: String, value: JSONValue?)]) -> JSONValue {
        .object(members.compactMap { member in member.value.map { JSONMember(name: member.name, value: $0) } })
    }
}
