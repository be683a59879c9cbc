import Adapters
import Digests
import FindingModel
import Testing

struct FindingTests {
    @Test func everyFieldHasItsPlace() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            source_uid: $.ref
            title: $.title
            desc: $.desc
            remediation: $.fix
            severity: $.sev
            vendor_severity: $.score
            status: { from: $.state, map: { x: in_progress } }
            vendor_status: $.detail
            scanner: { name: Deep, feature: $.engine }
            rule: { uid: $.rule.id, name: $.rule.name, category: web }
            resources: { uid: $.r.id, type: host, name: $.r.name, address: $.r.at, method: $.r.method, parameter: $.r.param, labels: $.r.tags }
            evidence: { type: text, summary: $.proof, response: $.answer }
            first_seen_time: $.first
            last_seen_time: $.last
            fixed_time: $.fixed
            occurrence_count: $.n
            scan_uid: $.scan
            tickets: { system: example, uid: $.t.id, status: $.t.s, src_url: $.t.url, assignee: $.t.who, due_time: $.t.due }
            labels: $.tags
            """)
        let event = try MappingBench.map(
            """
            {"event":"found","id":1,"c":"k","ref":"R","title":"T","desc":"D","fix":"F","sev":"low","score":2,"state":"X","detail":"d","engine":"E",
            "rule":{"id":7,"name":"N"},"r":{"id":"r","name":"web01","at":"https://u:p@h.example:8443/p?q","method":"GET","param":"q","tags":["a","a","b"]},
            "proof":"P","answer":"A","first":"2026-01-01","last":"2026-02-01T00:00:00Z","fixed":"2026-02-02T00:00:00Z","n":"14","scan":5,
            "t":{"id":20417,"s":"Open","url":"https://t.example","who":"w","due":"2026-04-01"},"tags":["x"]}
            """, adapter)
        guard case .finding(let finding, let says) = try #require(event.records.first) else { return }
        #expect(finding.sourceUID == "R" && finding.title == "T" && finding.desc == "D" && finding.remediation == "F")
        #expect(finding.severity == .low && finding.vendorSeverity == "2" && finding.status == .inProgress && finding.vendorStatus == "d")
        #expect(finding.scanner == Scanner(vendorName: "Example", name: "Deep", feature: "E"))
        #expect(finding.rule == Rule(uid: "7", name: "N", category: "web"))
        let resource = try #require(finding.resources.first)
        #expect(resource.uid == "r" && resource.type == "host" && resource.name == "web01" && resource.hostname == "h.example" && resource.port == 8443)
        #expect(resource.url == "https://h.example:8443/p?q" && resource.path == "/p" && resource.method == "GET" && resource.labels == ["a", "b"])
        #expect(finding.evidence == [Evidence(type: "text", summary: "P", response: "A")])
        #expect(finding.firstSeenTime.rfc3339 == "2026-01-01T00:00:00.000Z" && finding.lastSeenTime.rfc3339 == "2026-02-01T00:00:00.000Z")
        #expect(finding.fixedTime?.rfc3339 == "2026-02-02T00:00:00.000Z" && finding.occurrenceCount == 14)
        #expect(finding.scanUID == RecordIdentity.uid(.scan, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: "5")))
        #expect(finding.tickets.first?.dueTime?.rfc3339 == "2026-04-01T23:59:59.999Z")
        #expect(finding.tickets.first?.system == "example" && finding.tickets.first?.uid == "20417" && finding.labels == ["x"])
        #expect(finding.fingerprints.instance == RecordIdentity.digest(vendor: "example", account: "acme", key: "k").hex)
        #expect(finding.fingerprints.cross1 == RecordIdentity.cross1(resource: resource, vulnerabilities: [], rule: finding.rule))
        #expect(finding.unmapped == nil && event.drift.isEmpty)
        let all: FindingFields = [
            .status, .severity, .title, .desc, .remediation, .scanner, .rule, .resources, .evidence, .firstSeen, .lastSeen, .occurrenceCount, .scanUID,
            .tickets,
            .labels, .sourceUID, .fixedTime,
        ]
        #expect(says == all)
    }

    @Test func whatIsNotSaidHasDefaults() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            title: $.title
            resources: { type: web, address: $.at }
            evidence: { type: http, request: $.request }
            tickets: { system: example, uid: $.ticket }
            first_seen_time: $.first
            last_seen_time: $.last
            """)
        let event = try MappingBench.map(#"{"event":"found","id":1,"time":"2026-03-01T00:00:00Z","c":"k","last":"2026-02-01T00:00:00Z"}"#, adapter)
        guard case .finding(let finding, let says) = try #require(event.records.first) else { return }
        #expect(says == [.sourceUID, .lastSeen])
        #expect(finding.title == "Example finding k" && finding.severity == .unknown && finding.status == .unknown)
        #expect(finding.scanner == Scanner(vendorName: "Example", name: "Example"))
        #expect(finding.resources.isEmpty && finding.evidence.isEmpty && finding.tickets.isEmpty && finding.rule == nil)
        #expect(finding.firstSeenTime == finding.lastSeenTime && finding.lastSeenTime.rfc3339 == "2026-02-01T00:00:00.000Z")
        #expect(finding.fingerprints.cross1 == nil)
    }

    @Test func oneVulnerabilityCarriesRatingsAndReferences() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            rule: { uid: $.rule }
            vulnerabilities:
              ids: { all: [ $.cve, $.title, { join: [ CWE-, $.cwe ], with: "" } ] }
              cvss: { score: $.cvss, vector: $.cvss }
              references: $.refs
            """)
        func vulnerabilities(_ members: String) throws -> [Vulnerability] { try MappingBench.finding("\"c\":\"k\",\(members)", adapter).vulnerabilities }
        let cvss = [CVSS(version: "3.1", baseScore: "9.80", vectorString: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]
        #expect(
            try vulnerabilities(
                #""cve":["CVE-2021-44228"],"title":"Log4Shell (cve-2021-44228)","cwe":["20","0502"],"cvss":["9.80","CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"],"refs":["r","r"]"#
            )
                == [
                    Vulnerability(id: "CVE-2021-44228", type: .cve, cvss: cvss, references: ["r"]), Vulnerability(id: "CWE-20", type: .cwe),
                    Vulnerability(id: "CWE-502", type: .cwe),
                ])
        #expect(
            try vulnerabilities(#""cve":"CVE-2021-44228, CVE-2021-45046","rule":"R","refs":"r""#)
                == [
                    Vulnerability(id: "CVE-2021-44228", type: .cve), Vulnerability(id: "CVE-2021-45046", type: .cve),
                    Vulnerability(id: "R", type: .vendor, references: ["r"]),
                ])
        #expect(
            try vulnerabilities(#""cwe":79,"cvss":"6.1""#) == [
                Vulnerability(id: "CWE-79", type: .cwe), Vulnerability(id: "k", type: .vendor, cvss: [CVSS(baseScore: "6.1")]),
            ])
        #expect(try vulnerabilities(#""cvss":"11","title":"none""#).isEmpty)
        #expect(
            try vulnerabilities(#""cvss":"(AV:N/AC:L/Au:N/C:P/I:P/A:P)""#).first?.cvss == [CVSS(version: "2.0", vectorString: "AV:N/AC:L/Au:N/C:P/I:P/A:P")])
    }

    @Test func severalBlocksNameAVulnerabilityOnce() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            vulnerabilities:
              - { ids: $.cve, references: $.refs }
              - { each: $.more, ids: .id, cvss: { score: .score }, references: .ref }
            """)
        let found = try MappingBench.finding(
            #""c":"k","cve":"CVE-2024-0001","refs":["a"],"more":[{"id":"CVE-2024-0002","score":5},{"id":"cve-2024-0001","score":7.5,"ref":["a","b"]},{"id":"CVE-2024-0001","score":7.5}]"#,
            adapter)
        #expect(
            found.vulnerabilities == [
                Vulnerability(id: "CVE-2024-0001", type: .cve, cvss: [CVSS(baseScore: "7.5")], references: ["a", "b"]),
                Vulnerability(id: "CVE-2024-0002", type: .cve, cvss: [CVSS(baseScore: "5")]),
            ])
    }

    @Test func explicitFieldsWinOverAnAddress() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            resources:
              - { address: [ $.a, $.b ], hostname: $.host, ip: $.ip, port: $.port, protocol: $.proto, url: $.url }
              - { each: $.more, name: . }
            """)
        let resources = try MappingBench.finding(
            #""c":1,"a":"not an address at all","b":"10.0.0.1:80","host":"h.example","port":"tcp/443","url":"http://u:secret@x.example/","more":["m1",["m2"]]"#,
            adapter
        )
        .resources
        #expect(resources.count == 3)
        #expect(resources[0].ip == "10.0.0.1" && resources[0].hostname == "h.example" && resources[0].port == 443 && resources[0].protocolName == "tcp")
        #expect(resources[0].url == "http://x.example/")
        #expect(resources[1].name == "m1" && resources[2].name == "m2")
    }

    @Test func itemsHaveItemsOfTheirOwn() throws {
        let adapter = try MappingBench.finding(
            """
            each: $.results
            when: { .kind: [ vuln, issue ] }
            unless: { has: [ .muted ] }
            key: .id
            title: [ .name, . ]
            evidence:
              - { each: .requests, when: { .n: 1 }, unless: { $.quiet: true }, type: http, request: .request, response: .parts.body }
              - { type: text, summary: ."odd.name" }
            """)
        let event = try MappingBench.map(
            """
            {"event":"found","id":9,"results":[
              {"kind":"Vuln","id":1,"name":"A","requests":[{"n":1,"request":"r1","parts":[{"body":"b1"}]},{"n":2,"request":"r2"},{"n":1.0,"request":"r3"}]},
              {"kind":"other","id":2,"name":"B"},
              [{"kind":"issue","id":3,"odd.name":"odd"},{"kind":"issue","id":4,"muted":true}],
              "text", null]}
            """, adapter)
        #expect(event.findings.map(\.title) == ["A", "Example finding 3"])
        #expect(event.findings[0].evidence == [Evidence(type: "http", request: "r1", response: "b1"), Evidence(type: "http", request: "r3")])
        #expect(event.findings[1].evidence == [Evidence(type: "text", summary: "odd")])
        #expect(
            event.findings[0].unmapped?.text
                == #"{"requests":[{"n":2,"request":"r2"}],"$":{"results":[{"kind":"other","id":2,"name":"B"},[{"kind":"issue","id":4,"muted":true}],"text"]}}"#)
    }

    @Test func anItemCanBeAText() throws {
        let adapter = try MappingBench.finding("each: $.details\nkey: { hash: [ ., .name ] }\ntitle: [ .name, . ]\nresources: { address: $.host }")
        let event = try MappingBench.map(#"{"event":"found","id":1,"host":"h.example","details":["Weak cipher",{"name":"Old TLS"},7]}"#, adapter)
        #expect(event.findings.map(\.title) == ["Weak cipher", "Old TLS", "7"])
        #expect(Set(event.findings.map(\.uid)).count == 3)
        #expect(event.findings.allSatisfy { $0.sourceUID == nil && $0.resources.first?.hostname == "h.example" && $0.unmapped == nil })
    }

    @Test func itemsCanStandInSeveralPlaces() throws {
        let adapter = try MappingBench.finding("each: { all: [ $.open, $.closed, $.open.parts ] }\nkey: .id\ntitle: .name")
        let event = try MappingBench.map(
            #"{"event":"found","id":1,"open":[{"id":1,"name":"A","parts":[{"id":2,"name":"B"}]}],"closed":{"id":3,"name":"C","x":0}}"#, adapter)
        #expect(event.findings.map(\.title) == ["A", "C", "B"])
        #expect(event.findings.map(\.unmapped?.text) == [nil, #"{"x":0}"#, nil])
        #expect(event.drifts == ["field $.closed.x"])
    }

    @Test func namesCompareLooselyWhenAsked() throws {
        let adapter = try MappingBench.finding(
            top: "names: loose\nknown: [ $.object_type ]", "key: $.finding_id\nfirst_seen_time: $.first_seen\ntitle: $.title")
        let event = try MappingBench.map(
            #"{"event":"found","ID":"e","Finding-Id":"f","firstSeen":"2026-01-01T00:00:00Z","TITLE":"T","objectType":"x","Other_One":1}"#, adapter)
        #expect(event.key == "e")
        #expect(try event.finding().title == "T" && event.finding().firstSeenTime.rfc3339 == "2026-01-01T00:00:00.000Z")
        #expect(event.drifts == ["field $.Other_One"])
        #expect(try event.finding().unmapped?.text == #"{"objectType":"x","Other_One":1}"#)
    }
}
