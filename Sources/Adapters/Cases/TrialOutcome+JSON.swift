import FindingModel
import JSONDocument

extension TrialOutcome {
    /// The outcome as a case's `.expected.json` has it: `refused`, or `event`, `records`, `drift` and `redacted`.
    package var json: JSONValue {
        switch self {
        case .refused(let refusal):
            return .object([JSONMember(name: "refused", value: Self.object([("status", .number(String(refusal.status))), ("code", .string(refusal.code))]))])
        case .mapped(let event, _, let redacted):
            return Self.object([
                ("event", Self.event(event)),
                ("records", event.ignored ? nil : .array(event.records.map(Self.record))),
                ("drift", event.drift.isEmpty ? nil : .array(event.drift.map { .string("\($0.kind.rawValue) \($0.place)") })),
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

    /// `{ "finding": { … } }`
    private static func record(_ mapped: MappedRecord) -> JSONValue {
        let record = mapped.record
        // What a record wrote is JSON, or the writer is wrong, which a comparison then shows.
        let value = (try? JSONValue(parsing: record.json.bytes)) ?? .null
        return .object([JSONMember(name: record.kind.rawValue, value: value)])
    }

    private static func object(_ members: [(name: String, value: JSONValue?)]) -> JSONValue {
        .object(members.compactMap { member in member.value.map { JSONMember(name: member.name, value: $0) } })
    }
}
