import Console
import Foundation
import Gateway
import JSONDocument
import Testing

/// What lists of the API are asked is understood to the letter, or refused.
struct ListRequestTests {
    private static func scan(_ id: String) -> String { #"{"scanId":"\#(id)","status":"completed","timestamp":"2026-03-02T10:00:00Z","results":{}}"# }

    private static let lists = ["findings", "scans", "events", "dead", "records/s_1/history"]

    @Test func aQueryThatIsNotUnderstoodIsRefused() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        func refusal(_ path: String) async throws -> (error: String, hint: String) {
            let answer = try await test.ask(.get, "/v1/" + path)
            #expect(answer.status == 400 && answer.json["code"]?.stringValue == "bad_request", "\(path): \(answer)")
            return (answer.json["error"]?.stringValue ?? "", answer.json["hint"]?.stringValue ?? "")
        }
        for list in Self.lists {
            for (field, words) in [("limt=1", "did you mean 'limit'?"), ("nonsense=1", "known: after, "), ("Limit=1", "did you mean 'limit'?")] {
                let (error, hint) = try await refusal("\(list)?\(field)")
                #expect(error.hasPrefix("unknown field of the query '") && hint.hasPrefix(words), "\(list) \(field): \(error) \(hint)")
            }
            #expect(try await refusal("\(list)?limit=1&limit=2").error == "limit stands twice in the query")
            for empty in ["limit=", "after", "after="] { #expect(try await refusal("\(list)?\(empty)").error.hasSuffix(" is empty")) }
        }
        for path in ["status", "sources", "sinks", "records/f_1", "records/f_1/why", "receipts/1"] {
            #expect(try await refusal("\(path)?limit=1").error == "this path takes no query, and so no field 'limit'")
        }
        #expect(try await test.ask(.post, "/v1/rebuild?dry-run=1", body: "{}").status == 400)
        #expect(try await test.ask(.get, "/v1/nothing?a=1").status == 404)
        for path in ["/v1/dead/", "/v1/findings?status=open&status=fixed&min-severity=high&cve=CVE-2024-1234&host=a&text=b&source=r&sort=seen&limit=5"] {
            #expect(try await test.ask(.get, path).status == 200)
        }
        for path in ["/v1/records/f_1", "/v1/receipts/1", "/v1/findings"] { #expect(try await test.ask(.post, path, body: "{}").status == 405, "\(path)") }
        for path in ["/v1/void", "/v1/journal/erase", "/v1/replays"] { #expect(try await test.ask(.get, path).status == 405, "\(path)") }
        await test.gateway.stop()
    }

    /// A list is asked for what comes next, and for nothing that is far from there yet; what can be meant is understood.
    @Test func whatNoListCanHoldIsAnErrorWithAHint() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        #expect(try await test.send("r", Self.scan("a")).status == 200)
        try await test.waitForChanges(1)
        let newest = try #require(try await test.ask(.get, "/v1/status").json["journal"]?["last_entry"]?.integerValue)
        for list in ["findings", "scans", "events"] {
            let year = try await test.ask(.get, "/v1/\(list)?since=1970")
            #expect(year.status == 400 && year.json["error"]?.stringValue == "there is no receipt 1970 yet: the newest entry is \(newest)", "\(year)")
            #expect(year.json["hint"]?.stringValue == "a year is written 1970-01-01" && year.json["code"]?.stringValue == "unknown_name")
            #expect(try await test.ask(.get, "/v1/\(list)?since=\(newest + 2)").status == 400)
            for path in ["since=\(newest + 1)", "since=1970-01-01", "until=1970"] { #expect(try await test.ask(.get, "/v1/\(list)?\(path)").status == 200) }
        }
        let id = try await test.ask(.get, "/v1/findings?cve=CVE-2024-38476x")
        #expect(id.status == 400 && id.json["hint"]?.stringValue == "text looks for other words", "\(id)")
        let near = try await test.ask(.get, "/v1/events?cve=2024-38476")
        #expect(near.status == 400 && near.json["hint"]?.stringValue == "did you mean 'CVE-2024-38476'?", "\(near)")
        await test.gateway.stop()
    }

    @Test func aPlaceLeadsOnInItsOwnOrderAndInNoOther() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        for number in 1...5 { #expect(try await test.send("r", Self.scan("a\(number)")).status == 200) }
        try await test.waitForChanges(5)
        for (list, id, orders) in [("scans", "uid", ["new", "old", "seen"]), ("events", "receipt", ["new", "old"])] {
            for order in orders {
                var shown: [String] = []
                var path = "/v1/\(list)?limit=2&sort=\(order)", place = ""
                for _ in 0..<5 {
                    let page = try await test.ask(.get, path).json
                    shown += (page[list]?.arrayValue ?? []).compactMap { $0[id]?.stringValue }
                    guard let next = page["next"]?.stringValue else { break }
                    place = next
                    path = "/v1/\(list)?limit=2&after=\(next)"
                }
                #expect(shown.count == 5 && Set(shown).count == 5, "\(list) \(order): \(shown)")
                #expect(place.hasPrefix(order + ":"))
                let other = try await test.ask(.get, "/v1/\(list)?after=\(place)&sort=\(order == "new" ? "old" : "new")")
                #expect(other.status == 400 && other.json["hint"]?.stringValue == "after is what the page before gave as next", "\(other)")
            }
        }
        let uid = try #require(try await test.ask(.get, "/v1/scans?limit=1").json["scans"]?.arrayValue?.first?["uid"]?.stringValue)
        #expect(try await test.ask(.get, "/v1/scans?sort=new&after=\(uid)").json["scans"]?.arrayValue?.count == 4)
        let moving = try await test.ask(.get, "/v1/scans?sort=seen&after=\(uid)")
        #expect(moving.status == 400 && moving.json["error"]?.stringValue == "'\(uid)' is no place in order 'seen', in which records move")
        for place in ["a:b:c:d", "seen:x:\(uid)", "worst:\(uid)"] { #expect(try await test.ask(.get, "/v1/scans?after=\(place)").status == 400, "\(place)") }
        for place in ["old:9:1", "old:1", "1"] { #expect(try await test.ask(.get, "/v1/dead?after=\(place)").status == 200, "\(place)") }
        for place in ["new:1", "old:9:x", "-1", "t-1-1"] {
            let answer = try await test.ask(.get, "/v1/dead?after=\(place)")
            #expect(answer.status == 400 && answer.json["hint"]?.stringValue == "after is what the page before gave as next", "\(place): \(answer)")
        }
        #expect(try await test.ask(.get, "/v1/scans?after=new:s_0").json["code"]?.stringValue == "unknown_name")
        await test.gateway.stop()
    }

    @Test func timesAreTakenAsTheyArePrintedAndWithOffsets() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        #expect(try await test.send("r", Self.scan("a")).status == 200)
        try await test.waitForChanges(1)
        for (since, count) in [
            ("2026-03-02%2010:00:00Z", 1), ("2026-03-02T12:00:00%2B02:00", 1), ("2026-03-02", 1), ("9000-01-01T00:00:00-05:00", 0),
            ("9000-01-01%2000:00:00Z", 0),
        ] {
            let answer = try await test.ask(.get, "/v1/events?since=\(since)")
            #expect(answer.status == 200 && answer.json["events"]?.arrayValue?.count == count, "\(since): \(answer)")
        }
        let lost = try await test.ask(.get, "/v1/events?since=2026-03-02T12:00:00+02:00")
        #expect(lost.status == 400 && lost.json["hint"]?.stringValue == "in a query a + is written %2B", "\(lost)")
        for (from, to) in [("2026-03-02 10:00:00Z", "9000-01-01T00:00:00+02:00"), ("2026-03-02", "9000-01-01")] {
            let body = #"{"sink":"archive","from":"\#(from)","to":"\#(to)"}"#
            let answer = try await test.ask(.post, "/v1/replays", body: body)
            #expect(answer.status == 200 && answer.json["count"]?.integerValue == 1, "\(answer)")
        }
        #expect(try await test.ask(.post, "/v1/replays", body: #"{"sink":"archive","from":"2026-03-02T10:00:00"}"#).status == 400)
        await test.gateway.stop()
    }

    @Test func endsTheWrongWayRoundAreRefused() async throws {
        let test = try await GatewayUnderTest.start(in: try TemporaryFolder())
        for list in ["findings", "scans", "events"] {
            for (since, until, words) in [
                ("2026-03-02", "2026-03-01", "is later than"), ("20", "10", "is later than"), ("2026-03-02", "2026-03-02T00:00:00Z", "is not before"),
            ] {
                let answer = try await test.ask(.get, "/v1/\(list)?since=\(since)&until=\(until)")
                let error = answer.json["error"]?.stringValue ?? "", hint = answer.json["hint"]?.stringValue ?? ""
                #expect(answer.status == 400 && error == "since '\(since)' \(words) until '\(until)', so nothing lies between them", "\(answer)")
                #expect(!hint.isEmpty)
            }
            for (since, until) in [("2026-03-01", "2026-03-02"), ("1", "1"), ("1", "2026-03-01")] {
                #expect(try await test.ask(.get, "/v1/\(list)?since=\(since)&until=\(until)").status == 200)
            }
        }
        for (path, more) in [("void", #","source":"r","reason":"x""#), ("replays", #","sink":"archive""#)] {
            let answer = try await test.ask(.post, "/v1/\(path)", body: #"{"from":"2026-03-02","to":"2026-03-01"\#(more)}"#)
            let error = answer.json["error"]?.stringValue ?? ""
            #expect(answer.status == 400 && error == "from '2026-03-02' is later than to '2026-03-01', so nothing lies between them", "\(answer)")
        }
        await test.gateway.stop()
    }
}
