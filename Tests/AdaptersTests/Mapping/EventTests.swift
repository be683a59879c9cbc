import Adapters
import Digests
import FindingModel
import Testing

struct EventTests {
    @Test func kindsAreMappedIgnoredOrUnknown() throws {
        let adapter = try MappingBench.adapter(
            top: "ignore: [ ping ]\nknown: [ $.type ]",
            records: "  - kinds: [ opened, Closed ]\n    finding: { key: $.f }\n  - kinds: [ scan ]\n    scan: { key: $.s }")
        let opened = try MappingBench.map(#"{"id":"e1","event":"OPENED","time":"2026-03-02T09:00:00Z","f":1,"type":"x"}"#, adapter)
        #expect(opened.kind == "opened" && opened.kindRank == 0 && !opened.ignored && opened.key == "e1")
        #expect(opened.time?.rfc3339 == "2026-03-02T09:00:00.000Z")
        #expect(try opened.finding().unmapped?.text == #"{"type":"x"}"#)
        #expect(try MappingBench.map(#"{"id":"e1","event":"closed","f":1}"#, adapter).kindRank == 1)
        #expect(try MappingBench.map(#"{"id":"e1","event":"scan","s":1}"#, adapter).kindRank == 2)

        let ignored = try MappingBench.map(#"{"id":"e2","event":"ping","zen":"?"}"#, adapter)
        #expect(ignored.ignored && ignored.records.isEmpty && ignored.drift.isEmpty && ignored.kindRank == 3)

        let unknown = try MappingBench.map(#"{"id":"e3","event":"target_moved","type":"x","more":{"a":null,"b":[1]}}"#, adapter)
        #expect(unknown.kind == "target_moved" && unknown.kindRank == 3)
        #expect(unknown.drifts == ["kind target_moved"])
        let notice = try #require(unknown.notices.first)
        #expect(notice.kind == "target_moved" && notice.summary == "Example target_moved")
        #expect(notice.uid == RecordIdentity.uid(.notice, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: "e3")))
        #expect(notice.unmapped?.text == #"{"type":"x","more":{"b":[1]}}"#)
        #expect(notice.raw?.receipt == 7)
    }

    @Test(arguments: [("Scan Deleted", "other"), ("scan.deleted", "other"), ("scan_2", "scan_2"), (String(repeating: "x", count: 65), "other")])
    func noticesOfUnknownKindsHaveAWord(kind: String, word: String) throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ opened ]\n    finding: { key: $.f }")
        let event = try MappingBench.map("{\"event\":\"\(kind)\"}", adapter)
        #expect(kind.hasPrefix(event.kind.replacing("…", with: "")) && event.kind.utf8.count <= 64 + "…".utf8.count)
        #expect(event.notices.map(\.kind) == [word])
        #expect(event.drifts.first == "key event")
    }

    @Test func anEventWithoutKindOrKeyIsKept() throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ opened ]\n    finding: { key: $.f }")
        let body = #"{"event":{"odd":1},"id":[]}"#
        let event = try MappingBench.map(body, adapter)
        let sha256 = SHA256Hash.digest(of: Array(body.utf8)).hex
        #expect(event.kind.isEmpty && event.key == nil)
        #expect(event.notices.map(\.uid) == [RecordIdentity.uid(.notice, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: sha256))])
        #expect(event.notices.map(\.kind) == ["other"])
        #expect(Set(event.drifts) == ["key event", "kind ", "type $.event"])
    }

    @Test func aRecordWithoutKeyLeavesANotice() throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ opened ]\n    finding: { each: $.items, key: .id, title: .title }")
        let event = try MappingBench.map(#"{"id":"e","event":"opened","items":[{"title":"a"},{"id":{"x":1},"title":"b"},{}]}"#, adapter)
        #expect(event.notices.map(\.kind) == ["opened"])
        #expect(event.drifts == ["key $.items (finding)", "type $.items.id"])
        #expect(event.notices.first?.unmapped?.text == #"{"items":[{"title":"a"},{"id":{"x":1},"title":"b"}]}"#)
    }

    @Test func kindsAreReadFromHeadersAndOnlyKeys() throws {
        let adapter = try MappingBench.adapter(
            event: "{ key: [ { header: X-Delivery }, $.id ], kind: [ $.event, { join: [ { header: x-event }, $.action ], with: . }, { only-key: $ } ] }",
            records: "  - kinds: [ alert.created, ticket ]\n    finding: { key: [ $.ticket.number, $.n ] }")
        let headers = [HeaderField(name: "x-delivery", value: "d-1"), HeaderField(name: "x-event", value: "Alert")]
        let alert = try MappingBench.map(#"{"action":"created","n":1}"#, adapter, headers: headers)
        #expect(alert.kind == "alert.created" && alert.key == "d-1")
        let ticket = try MappingBench.map(#"{"ticket":{"number":20417}}"#, adapter)
        #expect(ticket.kind == "ticket")
        #expect(try ticket.finding().sourceUID == "20417")
        #expect(ticket.drifts == ["key event"])
        #expect(try MappingBench.map(#"{"ticket":{"number":20417},"more":1}"#, adapter).kind.isEmpty)
        #expect(adapter.keepsHeaders == ["x-delivery", "x-event"])
        #expect(!adapter.keyIsFromBody)
    }

    /// Two kinds with one key are two events, though their bodies be equal.
    @Test(arguments: [
        ("key: $.id, kind: $.event", true), ("key: $.id, kind: { header: x-event }", false), ("key: { header: x-id }, kind: $.event", false),
        ("key: $.id, kind: [ $.event, { join: [ { header: x-event }, $.action ], with: . } ]", false),
        ("key: $.id, kind: $.event, time: { from: { header: x-time }, time: ms }", true), ("key: none, kind: $.event", false),
    ])
    func equalBodiesAreEqualEventsWhereKeyAndKindStandInThem(event: String, areEqual: Bool) throws {
        #expect(try MappingBench.adapter(event: "{ \(event) }", records: "  - kinds: [ a ]\n    finding: { key: $.n }").keyIsFromBody == areEqual)
    }

    @Test func anEventsTimeCanBeMissingUnreadableOrAhead() throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ opened ]\n    finding: { key: $.f }")
        func event(_ time: String) throws -> MappedEvent { try MappingBench.map("{\"id\":1,\"event\":\"opened\",\"f\":1,\"time\":\(time)}", adapter) }
        #expect(try event("null").drift.isEmpty)
        #expect(try event("null").finding().firstSeenTime == MappingBench.receivedTime)
        #expect(try event("\"soon\"").drifts == ["type $.time"])
        #expect(try event("\"soon\"").time == nil)
        #expect(try event("\"2026-03-02T10:10:00Z\"").time?.rfc3339 == "2026-03-02T10:10:00.000Z")
        // Too far ahead: what it counts for is the projection's to say, and nothing was seen later than it may be ahead.
        #expect(try event("\"2026-03-02T12:00:00.001Z\"").time?.rfc3339 == "2026-03-02T12:00:00.001Z")
        #expect(try event("\"2026-03-02T12:00:00.001Z\"").finding().lastSeenTime.rfc3339 == "2026-03-02T10:10:00.000Z")
        #expect(try event("\"2026-03-02T10:10:00.001Z\"").drifts == ["type $.time"])
        let minute = try event("\"2026-03-02 09:30\"")
        #expect(minute.time?.rfc3339 == "2026-03-02T09:30:00.000Z")
        #expect(minute.latestTime?.rfc3339 == "2026-03-02T09:30:59.999Z")
        #expect(try minute.finding().lastSeenTime == minute.time)
    }

    @Test(arguments: ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "1970-01-01", "1999-12-31T23:59:59.999Z"])
    func aTimeBeforeTheYear2000IsNone(time: String) throws {
        let adapter = try MappingBench.adapter(
            event: "{ key: $.id, kind: $.event, time: [ $.time, { from: $.seconds, time: s } ] }",
            records: "  - kinds: [ opened ]\n    finding: { key: $.f, first_seen_time: [ $.seen, $.first ], fixed_time: $.fixed }")
        let event = try MappingBench.map(
            "{\"id\":1,\"event\":\"opened\",\"f\":1,\"time\":\"\(time)\",\"seconds\":0,\"seen\":\"\(time)\",\"first\":\"2026-03-01\",\"fixed\":\"\(time)\"}",
            adapter)
        #expect(event.time == nil)
        let finding = try event.finding()
        #expect(finding.firstSeenTime.rfc3339 == "2026-03-01T00:00:00.000Z" && finding.fixedTime == nil)
        #expect(Set(event.drifts) == ["type $.time", "type $.seconds", "type $.seen", "type $.fixed"])
    }

    @Test func anAdapterWithoutKindsMapsEveryEvent() throws {
        let adapter = try MappingBench.adapter(event: "{ key: none }", records: "  - scan: { key: $.id }")
        let event = try MappingBench.map(#"{"id":1}"#, adapter)
        #expect(event.kind == "event" && event.kindRank == 0)
        #expect(event.scans.count == 1)
    }

    @Test func stringsThatHoldJSONAreOneTreeWithTheRest() throws {
        let adapter = try MappingBench.adapter(
            top: "json: [ $.content, $.content.inner ]", records: "  - kinds: [ opened ]\n    finding: { key: $.content.id, title: $.content.inner.title }")
        let event = try MappingBench.map(#"{"id":1,"event":"opened","content":"{\"id\":\"f\\u00e9\",\"inner\":\"{\\\"title\\\":\\\"T\\\"}\"}"}"#, adapter)
        #expect(try event.finding().sourceUID == "fé")
        #expect(try event.finding().title == "T")
        #expect(event.drift.isEmpty)
        let object = try MappingBench.map(#"{"id":1,"event":"opened","content":{"id":"f","inner":{"title":"T"}}}"#, adapter)
        #expect(try object.finding().title == "T")
    }

    @Test(arguments: ["{", "{\\\"id\\\":1,\\\"id\\\":2}", "text", "[redacted: unreadable]"])
    func stringsThatShouldHoldJSONAndDoNotAreDrift(content: String) throws {
        let adapter = try MappingBench.adapter(top: "json: [ $.content ]", records: "  - kinds: [ opened ]\n    finding: { key: [ $.content.id, $.id ] }")
        let event = try MappingBench.map("{\"id\":1,\"event\":\"opened\",\"content\":\"\(content)\"}", adapter)
        #expect(event.drifts.contains("json $.content"))
        #expect(event.findings.count == 1)
    }

    @Test func aStringThatHoldsTooDeepJSONStays() throws {
        let adapter = try MappingBench.adapter(top: "json: [ $.content.a ]", records: "  - kinds: [ opened ]\n    finding: { key: $.id }")
        let deep = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        let event = try MappingBench.map("{\"id\":1,\"event\":\"opened\",\"content\":{\"a\":\"\(deep)\"}}", adapter)
        #expect(event.drifts == ["json $.content.a"])
        #expect(event.findings.count == 1)
    }

    @Test(arguments: ["", "{", "nul", "{\"a\":1,\"a\":2}", "\u{FEFF}\u{FEFF}{}", String(repeating: "[", count: 65) + String(repeating: "]", count: 65)])
    func onlyWhatIsNotJSONIsRefused(body: String) throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ opened ]\n    finding: { key: $.id }")
        #expect(throws: MappingError.self) { try MappingBench.map(body, adapter) }
    }

    @Test func redactionRunsBeforeMapping() throws {
        let adapter = try MappingBench.adapter(
            top: "redact: [ $..pin ]", records: "  - kinds: [ opened ]\n    finding: { key: $.id, title: [ $.a.pin, $.title ], desc: $.extra }")
        let event = try MappingBench.map(
            #"{"id":1,"event":"opened","a":{"pin":"1234"},"title":"t","extra":"e","password":"p","token":null}"#, adapter,
            redact: [.remove([Path(root: .document, steps: [Path.Step(name: "extra")])])])
        #expect(try event.finding().title == "t")
        #expect(try event.finding().desc == nil)
        #expect(try event.finding().unmapped == nil)
        #expect(event.drift.isEmpty)
    }
}
