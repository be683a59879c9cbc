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
    static func condition(_ text: String) -> RouteCondition {
        var condition = RouteCondition()
        var opposite = RouteCondition()
        for part in text.split(separator: ";") {
            let sides = part.split(separator: ":", maxSplits: 1).map { $0.trimmingSpaces }
            let words = sides[1].split(separator: ",").map { $0.trimmingSpaces }
            if sides[0].hasPrefix("not.") {
                set(String(sides[0].dropFirst(4)), words, in: &opposite)
            } else {
                set(sides[0], words, in: &condition)
            }
        }
        if opposite != RouteCondition() { condition.not = [opposite] }
        return condition
    }

    private static func set(_ key: String, _ words: [String], in condition: inout RouteCondition) {
        let patterns = words.map { WildcardPattern($0) }
        switch key {
        case "type": condition.types = patterns
        case "source": condition.sources = patterns
        case "status": condition.statuses = patterns
        case "label": condition.labels = patterns
        case "resource": condition.resources = words.map { PlacePattern($0) }
        case "min-severity": condition.minimumSeverity = Severity(word: words[0]).map { .init($0) }
        case "unknown": condition.minimumSeverity = condition.minimumSeverity.map { .init($0.severity, unknownSatisfies: words[0] == "true") }
        default: Issue.record("no such key: \(key)")
        }
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
        ("resource: 192.0.2.*", true, false, false, false), ("resource: r-7", true, false, false, false),
        ("resource: https://*/pay", true, false, false, false),
        ("resource: 10.0.0.*", false, false, false, true),
        // severity: unknown, and none at all, satisfies every minimum unless told
        ("min-severity: high", true, true, true, true), ("min-severity: critical", false, true, true, true), ("min-severity: info", true, true, true, true),
        ("min-severity: high; unknown: false", true, false, false, false), ("min-severity: high; unknown: true", true, true, true, true),
        ("type: finding.*; min-severity: critical", false, true, false, false),
        // the opposite
        ("not.type: finding.*", false, false, true, true), ("type: finding.*; not.label: pci", false, true, false, false),
        ("not.type: finding.*; not.label: pci", false, true, true, true), ("not.min-severity: critical", true, false, false, false),
    ])
    func conditionsDecide(_ text: String, _ finding: Bool, _ unknown: Bool, _ notice: Bool, _ scan: Bool) {
        let filter = SinkFilter(routes: [Route(to: ["s"], when: Self.condition(text))], sink: "s")
        #expect(filter.takes([Self.change, Self.unknown, Self.notice, Self.scan]) == [finding, unknown, notice, scan])
    }

    @Test func severalOppositesAreEachRefused() {
        var condition = RouteCondition()
        condition.not = [Self.condition("label: pci"), Self.condition("type: scan.*")]
        let filter = SinkFilter(routes: [Route(to: ["s"], when: condition)], sink: "s")
        #expect(filter.takes([Self.change, Self.unknown, Self.notice, Self.scan]) == [false, true, true, false])
    }

    @Test(arguments: [
        ("münchen.example.test", true), ("MÜNCHEN.Example.test", true), ("xn--mnchen-3ya.example.test", true), ("XN--MNCHEN-3YA.example.test.", true),
        ("münchen.example.test.", true), ("mu\u{308}nchen.example.test", true), ("münchen.*", true), ("*.Example.test.", true), ("MÜNCHEN.*.test", true),
        ("https://MÜNCHEN.example.test:8443/*", true), ("https://xn--mnchen-3ya.example.test:8443/*", true), ("https://münchen.example.test:*", true),
        ("*://*.example.test:8443/a", true), ("2001:DB8:0::7", true), ("[2001:db8::7]", true), ("Büro 7", true),
        ("munchen.example.test", false), ("example.test", false), ("münchen.example", false), ("http://münchen.example.test:8443/*", false), ("büro 8", false),
        ("2001:db8::8", false),
    ])
    func hostsAreComparedInTheirASCIIForm(_ pattern: String, _ expected: Bool) {
        let change = Change.finding(
            1, resources: #"[{"hostname":"xn--mnchen-3ya.example.test"},{"name":"büro 7","ip":"2001:db8::7"},{"url":"https://MÜNCHEN.example.test.:8443/a"}]"#)
        let scan = Change(
            sequence: 2, id: "a-2-1", type: "scan.completed", source: "/sources/s", subject: "s_1", time: Timestamp(milliseconds: 0),
            receivedTime: Timestamp(milliseconds: 0), kind: .scan,
            data: RawJSON(bytes: Array(#"{"scope":{"targets":["MÜNCHEN.example.test","https://münchen.example.test:8443/a","2001:db8::7","Büro 7"]}}"#.utf8)))
        var condition = RouteCondition()
        condition.resources = [PlacePattern(pattern)]
        #expect(SinkFilter(routes: [Route(to: ["s"], when: condition)], sink: "s").takes([change, scan]) == [expected, expected])
    }

    @Test func anyRouteToTheSinkSuffices() {
        let routes = [
            Route(to: ["a", "b"], when: Self.condition("type: scan.*")), Route(to: ["b"], when: Self.condition("label: pci")), Route(to: ["c"]),
        ]
        let all = [Self.change, Self.unknown, Self.notice, Self.scan]
        #expect(SinkFilter(routes: routes, sink: "a").takes(all) == [false, false, false, true])
        #expect(SinkFilter(routes: routes, sink: "b").takes(all) == [true, false, false, true])
        #expect(SinkFilter(routes: routes, sink: "c").takes(all) == [true, true, true, true])
        #expect(SinkFilter(routes: routes, sink: "d").takes(all) == [false, false, false, false])
    }

    @Test func aRecordThatCannotBeReadIsRatherTaken() {
        var broken = Self.change
        broken.data = RawJSON(bytes: Array("{".utf8))
        let filter = SinkFilter(routes: [Route(to: ["s"], when: Self.condition("type: finding.*; label: x"))], sink: "s")
        #expect(filter.takes([broken]) == [true])
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
