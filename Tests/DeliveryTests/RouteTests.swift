import FindingModel
import Testing

@testable import Delivery

struct RouteTests {
    @Test(arguments: [
        ("finding.opened", "finding.opened", true), ("finding.opened", "finding.opened2", false), ("finding.*", "finding.opened", true),
        ("finding.*", "finding.", true), ("finding.*", "finding", false), ("*", "", true), ("*", "anything", true), ("", "", true), ("", "a", false),
        ("*.opened", "finding.opened", true), ("f*d", "f", false), ("f*d", "fd", true), ("f*d*", "finding", true), ("*a*b*c*", "xxaxxbxxcxx", true),
        ("*a*b*c*", "xxaxxcxxbxx", false), ("a**b", "ab", true), ("a*ab", "aab", true), ("a*ab", "aaab", true), ("a*ab", "aba", false), ("Ä*", "Äx", true),
        ("ä*", "Ä", false),
    ])
    func patternsDescribeWholeWords(_ pattern: String, _ text: String, _ expected: Bool) {
        #expect(WildcardPattern(pattern).matches(text) == expected)
    }

    @Test func patternsTakeNoExponentialTime() {
        #expect(!WildcardPattern(String(repeating: "*a", count: 50) + "b").matches(String(repeating: "a", count: 3000)))
    }

    @Test func caseCountsUnlessTold() {
        #expect(!WildcardPattern("WWW.*").matches("www.example.com"))
        #expect(WildcardPattern("WWW.*", ignoresCase: true).matches("www.Example.com"))
    }

    static let change = Change.finding(
        1, type: "finding.reopened", source: "/sources/shop", status: "reopened", severity: "high", labels: ["pci", "team-a"],
        resources: #"[{"uid":"r-7","name":"Shop","hostname":"www.example.com","ip":"192.0.2.7","url":"https://www.example.com/pay"}]"#)
    static let unknown = Change.finding(2, severity: "unknown")
    static let notice = Change(
        sequence: 3, id: "a-3-1", type: "notice.gateway_drift", source: "/gateway", subject: "n_1", time: Timestamp(milliseconds: 0),
        receivedTime: Timestamp(milliseconds: 0), kind: .notice, data: RawJSON(bytes: Array(#"{"uid":"n_1","kind":"gateway_drift","summary":"x"}"#.utf8)))
    static let scan = Change(
        sequence: 4, id: "a-4-1", type: "scan.completed", source: "/sources/holm-1", subject: "s_1", time: Timestamp(milliseconds: 0),
        receivedTime: Timestamp(milliseconds: 0), kind: .scan,
        data: RawJSON(bytes: Array(#"{"uid":"s_1","status":"completed","scope":{"targets":["10.0.0.0/24"]}}"#.utf8)))

    /// A condition from `key: word, word; key: word`, as a configuration would say it; `not.key` for the opposite.
    static func condition(_ text: String) throws -> RouteCondition {
        func members(_ parts: [(String, [String])]) -> OptionValue {
            .mapping(parts.map { OptionValue.Member($0.0, $0.1.count == 1 ? .word($0.1[0]) : .list($0.1.map { .word($0) })) })
        }
        let parts = text.split(separator: ";").map { part in
            let sides = part.split(separator: ":", maxSplits: 1).map { $0.trimmingSpaces }
            return (sides[0], sides[1].split(separator: ",").map { $0.trimmingSpaces })
        }
        let negative = parts.filter { $0.0.hasPrefix("not.") }.map { (String($0.0.dropFirst(4)), $0.1) }
        guard case .mapping(var own) = members(parts.filter { !$0.0.hasPrefix("not.") }) else { return RouteCondition() }
        if !negative.isEmpty { own.append(OptionValue.Member("not", members(negative))) }
        return try RouteCondition(.mapping(own))
    }

    @Test(arguments: [
        // type and source
        ("type: finding.*", true, true, false, false), ("type: finding.reopened", true, false, false, false),
        ("type: finding.*, notice.*", true, true, true, false), ("source: shop", true, true, false, false), ("source: /sources/shop", true, true, false, false),
        ("source: holm-*", false, false, false, true), ("source: /gateway", false, false, true, false), ("source: gateway", false, false, false, false),
        ("type: scan.*; source: shop", false, false, false, false),
        // what the record says
        ("status: reopened", true, false, false, false), ("status: open, completed", false, true, false, true), ("status: *", true, true, false, true),
        ("label: pci", true, false, false, false), ("label: team-*", true, false, false, false), ("label: PCI", false, false, false, false),
        ("resource: www.example.com", true, false, false, false), ("resource: WWW.EXAMPLE.*", true, false, false, false),
        ("resource: 192.0.2.*", true, false, false, false), ("resource: r-7", true, false, false, false), ("resource: https://*/pay", true, false, false, false),
        ("resource: 10.0.0.*", false, false, false, true),
        // severity: unknown, and none at all, satisfies every minimum unless told
        ("min-severity: high", true, true, true, true), ("min-severity: critical", false, true, true, true), ("min-severity: info", true, true, true, true),
        ("min-severity: high; unknown: false", true, false, false, false), ("min-severity: high; unknown: true", true, true, true, true),
        ("type: finding.*; min-severity: critical", false, true, false, false),
        // the opposite
        ("not.type: finding.*", false, false, true, true), ("type: finding.*; not.label: pci", false, true, false, false),
        ("not.type: finding.*; not.label: pci", false, true, true, true), ("not.min-severity: critical", true, false, false, false),
    ])
    func conditionsDecide(_ text: String, _ finding: Bool, _ unknown: Bool, _ notice: Bool, _ scan: Bool) throws {
        let filter = SinkFilter(routes: [Route(to: ["s"], when: try Self.condition(text))], sink: "s")
        #expect(filter.takes([Self.change, Self.unknown, Self.notice, Self.scan]) == [finding, unknown, notice, scan])
    }

    @Test func severalOppositesAreEachRefused() throws {
        var condition = RouteCondition()
        condition.not = [try Self.condition("label: pci"), try Self.condition("type: scan.*")]
        let filter = SinkFilter(routes: [Route(to: ["s"], when: condition)], sink: "s")
        #expect(filter.takes([Self.change, Self.unknown, Self.notice, Self.scan]) == [false, true, true, false])
    }

    @Test func anyRouteToTheSinkSuffices() throws {
        let routes = [
            Route(to: ["a", "b"], when: try Self.condition("type: scan.*")), Route(to: ["b"], when: try Self.condition("label: pci")), Route(to: ["c"]),
        ]
        let all = [Self.change, Self.unknown, Self.notice, Self.scan]
        #expect(SinkFilter(routes: routes, sink: "a").takes(all) == [false, false, false, true])
        #expect(SinkFilter(routes: routes, sink: "b").takes(all) == [true, false, false, true])
        #expect(SinkFilter(routes: routes, sink: "c").takes(all) == [true, true, true, true])
        #expect(SinkFilter(routes: routes, sink: "d").takes(all) == [false, false, false, false])
    }

    @Test func aRecordThatCannotBeReadIsRatherTaken() throws {
        var broken = Self.change
        broken.data = RawJSON(bytes: Array("{".utf8))
        let filter = SinkFilter(routes: [Route(to: ["s"], when: try Self.condition("type: finding.*; label: x"))], sink: "s")
        #expect(filter.takes([broken]) == [true])
    }

    @Test(arguments: [
        ("type: finding.open", "no change has the type 'finding.open'"), ("type: findings.*", "no change has the type 'findings.*'"),
        ("type: notice.", "no change has the type 'notice.'"), ("status: opened", "no record has the status 'opened'"),
        ("min-severity: hihg", "'hihg' is not one of info, low, medium, high, critical"), ("min-severity: unknown", "'unknown' is not one of"),
        ("unknown: false", "'unknown' belongs to 'min-severity', which is missing"), ("min-severity: high; unknown: no", "'unknown' is true or false"),
        ("colour: red", "unknown key 'colour'"), ("not.colour: red", "unknown key 'colour'"),
    ])
    func mistakesAreIssues(_ text: String, _ message: String) {
        let error = #expect(throws: OptionIssues.self) { try Self.condition(text) }
        #expect(error?.issues.count == 1 && error?.issues.first?.message.hasPrefix(message) == true, "\(String(describing: error))")
    }

    @Test(arguments: ["type: *", "type: notice.*", "type: notice.target_created", "type: n*", "type: *.updated", "status: in_*", "status: cancelled"])
    func whatCanMatchIsNoMistake(_ text: String) throws { _ = try Self.condition(text) }

    @Test func allIssuesComeAtOnceWithTheirPlaces() {
        let value = OptionValue.mapping([
            .init("type", .list([.word("finding.*"), .word("scan.complete")])), .init("label", .list([])), .init("source", .mapping([])),
            .init("not", .list([.mapping([.init("status", .word("opne"))]), .mapping([]), .word("x")])), .init("sevrity", .word("high")),
        ])
        let error = #expect(throws: OptionIssues.self) { try RouteCondition(value, path: [.member("routes"), .element(0), .member("when")]) }
        let when: [OptionIssue.Step] = [.member("routes"), .element(0), .member("when")]
        #expect(
            error?.issues.map { $0.path } == [
                when + [.member("type"), .element(1)], when + [.member("source")], when + [.member("label")], when + [.member("not"), .element(0), .member("status")],
                when + [.member("not"), .element(1)], when + [.member("not"), .element(2)], when + [.member("sevrity")],
            ], "\(String(describing: error))")
        #expect(error?.issues.last?.isAboutName == true && error?.issues.last?.knownWords.contains("min-severity") == true)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
