import FindingModel
import JSONDocument
import Testing

struct RecordJSONTests {
    static let rawText = "\"raw\":{\"receipt\":\"42\",\"sha256\":\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\",\"size\":1400}"

    @Test(arguments: Samples.records) func readsBackWhatItWrote(record: Record) throws {
        let json = record.json
        let read = try Record(kind: record.kind, parsing: json)
        #expect(read == record)
        #expect(read.json == json)
        #expect(read.uid == record.uid)
    }

    @Test func writesAFindingWithOnlyWhatIsAlwaysPresent() {
        #expect(
            Record.finding(Samples.smallFinding).json.text
                == """
                {"uid":"f_0123456789abcdef0123456789abcdef","fingerprints":{"instance/v1":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},\
                "title":"T","severity":"unknown","severity_id":0,"status":"unknown","scanner":{"vendor_name":"Acme","name":"Scan"},"resources":[],\
                "first_seen_time":"2026-03-02T10:00:00.000Z","last_seen_time":"2026-03-02T10:00:00.001Z",\(Self.rawText)}
                """)
    }

    @Test func writesAFindingWithEverything() {
        #expect(
            Record.finding(Samples.fullFinding).json.text
                == """
                {"uid":"f_0123456789abcdef0123456789abcdef","source_uid":"src\\"1\\\\","fingerprints":{"instance/v1":\
                "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",\
                "cross/v1":"abababababababababababababababababababababababababababababababab"},"title":"Línea\\u0001\\r\\n\u{2028}","desc":"d",\
                "remediation":"r","severity":"high","severity_id":4,"vendor_severity":"Hoch","status":"false_positive","vendor_status":"no",\
                "scanner":{"vendor_name":"Acme","name":"Scan","feature":"OPENVAS"},"rule":{"uid":"1.2","name":"n","category":"web"},\
                "vulnerabilities":[{"id":"CVE-2024-1","type":"cve","cvss":[{"version":"3.1","base_score":6.10,"vector_string":"CVSS:3.1/AV:N"},\
                {"base_score":1e0}],"references":["https://a.example","https://b.example"]},{"id":"x","type":"vendor"}],\
                "resources":[{"uid":"u","type":"web","name":"n","hostname":"h.example","ip":"192.0.2.1","port":443,"protocol":"tcp",\
                "url":"https://h.example/p","path":"/p","method":"GET","parameter":"q","labels":["l"]},{}],\
                "evidence":[{"type":"http","summary":"s","request":"GET / HTTP/1.1\\r\\n\\r\\n","response":"200"},{"type":"text"}],\
                "first_seen_time":"2026-03-02T10:00:00.000Z","last_seen_time":"2026-03-02T10:00:00.001Z","fixed_time":"2026-03-02T10:00:00.000Z",\
                "occurrence_count":14,"scan_uid":"s_0123456789abcdef0123456789abcdef",\
                "tickets":[{"system":"holm","uid":"7","status":"Open","src_url":"https://t.example","assignee":"bob",\
                "due_time":"2026-03-02T10:00:00.000Z"},{"uid":"8"}],"labels":["prod","équipe"],\(Self.rawText),\
                "unmapped":{"a":[1.50,null,{"b":"\\u0001"}]}}
                """)
    }

    @Test func writesAScan() {
        #expect(
            Record.scan(Samples.fullScan).json.text
                == """
                {"uid":"s_0123456789abcdef0123456789abcdef","name":"weekly","type":"network","status":"completed","progress":100,\
                "scope":{"targets":["a","b"],"profile":"full"},"start_time":"2026-03-02T10:00:00.000Z","end_time":"2026-03-02T10:00:01.000Z",\
                "duration_ms":1000,"totals":{"critical":0,"high":1,"medium":2,"low":3,"info":4,"total":10,"new":5,"fixed":6},\
                "finding_uids":{"new":["f_1"],"open":["f_2","f_3"],"closed":["f_4"]},"errors":["e1","e2"],"src_url":"https://s.example",\
                "scanner":{"vendor_name":"Acme","name":"Scan","feature":"NMAP"},\(Self.rawText),"unmapped":{}}
                """)
        #expect(
            Record.scan(Samples.smallScan).json.text
                == """
                {"uid":"s_0123456789abcdef0123456789abcdef","status":"unknown","scanner":{"vendor_name":"Acme","name":"Scan"},\(Self.rawText)}
                """)
    }

    @Test func writesANotice() {
        #expect(
            Record.notice(Samples.fullNotice).json.text
                == """
                {"uid":"n_0123456789abcdef0123456789abcdef","kind":"target_created","summary":"s","resource":{"uid":"u","type":"web","name":"n",\
                "hostname":"h.example","ip":"192.0.2.1","port":443,"protocol":"tcp","url":"https://h.example/p","path":"/p","method":"GET",\
                "parameter":"q","labels":["l"]},\(Self.rawText),"unmapped":{"x":1}}
                """)
        #expect(Record.notice(Samples.smallNotice).json.text == "{\"uid\":\"n_0123456789abcdef0123456789abcdef\",\"kind\":\"other\",\"summary\":\"s\"}")
    }

    @Test func leavesOutWhatIsEmpty() {
        var finding = Samples.smallFinding
        finding.desc = ""
        finding.rule = Rule()
        finding.labels = []
        #expect(Record.finding(finding).json == Record.finding(Samples.smallFinding).json)
        var scan = Samples.smallScan
        scan.scope = Scan.Scope()
        scan.totals = Scan.Totals()
        scan.findingUIDs = Scan.FindingUIDs()
        #expect(Record.scan(scan).json == Record.scan(Samples.smallScan).json)
    }

    @Test(arguments: [
        ("\"title\":\"T\",", "", RecordError.Code.missing, "title"), ("\"resources\":[],", "", .missing, "resources"),
        ("\"size\":1400", "\"size\":-1", .invalid, "size"),
        ("\"title\":\"T\",", "\"title\":7,", .invalid, "title"), ("\"title\":\"T\",", "\"title\":\"T\",\"odd\":1,", .missing, "severity"),
        ("\"size\":1400}", "\"size\":1400,\"odd\":1}", .unexpected, "odd"), ("\"severity_id\":0", "\"severity_id\":1", .invalid, "severity_id"),
        ("\"severity\":\"unknown\"", "\"severity\":\"worst\"", .invalid, "severity"), ("\"status\":\"unknown\"", "\"status\":\"gone\"", .invalid, "status"),
        ("\"receipt\":\"42\"", "\"receipt\":\"-1\"", .invalid, "receipt"), ("ba7816", "zz7816", .invalid, "sha256"), ("ba7816", "7816", .invalid, "sha256"),
        ("T10:00:00.001Z", "T10:00:00Z", .invalid, "last_seen_time"), ("\"resources\":[]", "\"resources\":{}", .invalid, "resources"),
        ("\"resources\":[]", "\"resources\":[7]", .invalid, "resource"), ("\"resources\":[]", "\"resources\":[{\"port\":1.5}]", .invalid, "port"),
        ("\"title\":\"T\"", "\"title\":\"T", .json, ""),
    ])
    func refusesWhatItDidNotWrite(part: String, replacement: String, code: RecordError.Code, field: String) throws {
        let text = Record.finding(Samples.smallFinding).json.text
        let parts = text.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2)
        let changed = RawJSON(bytes: Array((parts[0] + replacement + parts[1]).utf8))
        let error = #expect(throws: RecordError.self) { try Record(kind: .finding, parsing: changed) }
        #expect(error?.code == code)
        #expect(error?.field == field)
    }

    @Test func refusesWhatIsNoObject() {
        for kind in RecordKind.allCases {
            #expect(throws: RecordError.self) { try Record(kind: kind, parsing: RawJSON(bytes: Array("[]".utf8))) }
            #expect(throws: RecordError.self) { try Record(kind: kind, parsing: RawJSON(bytes: Array("{}".utf8))) }
        }
    }

    @Test func readsARecordInsideAnotherDocument() throws {
        var writer = JSONWriter()
        writer.beginArray()
        for record in Samples.records { record.write(to: &writer) }
        writer.endArray()
        var parser = JSONParser()
        try parser.withTape(writer.bytes) { tape in
            var node = 1
            for record in Samples.records {
                let read = try Record(kind: record.kind, tape: tape, node: node)
                #expect(read == record)
                node = tape.next(node)
            }
        }
    }
}
