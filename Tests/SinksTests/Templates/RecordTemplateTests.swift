import FindingModel
import JSONDocument
import Testing

@testable import Sinks

struct RecordTemplateTests {
    @Test(arguments: [
        ("", ""), ("plain { } text", "plain { } text"), ("{{title}}", "SQL injection"), ("[{{ severity }}] {{\ttitle }}!", "[high] SQL injection!"),
        ("{{ cves }} {{ cwes }} {{ cvss }}", "CVE-2026-1234 CWE-89 9.8"), ("{{ resource }}:{{ resource.port }}", "shop:443"), ("}} {{ uid }}", "}} f_1"),
        ("{{ first_seen_time }}", "2026-03-02T09:50:00.000Z"), ("{{ labels }}", "prod, needs review"),
        ("{{ scan_uid }} by {{ scanner.name }}", " by Acme Scan"),
    ])
    func valuesStandWhereTheyAreNamed(_ text: String, _ result: String) throws {
        #expect(try RecordTemplate(text).text(for: Finding.sample("f_1")) == result)
    }

    @Test func aTemplateWhoseValuesAreAllMissingIsNothing() throws {
        #expect(try RecordTemplate("scan {{ scan_uid }}").text(for: Finding.sample()) == nil)
        #expect(try RecordTemplate("scan").text(for: Finding.sample()) == "scan")
    }

    @Test(arguments: [
        ("{{ titel }}", "a finding has no value 'titel' for templates"), ("{{ title", "a '{{' has no '}}' after it"),
        ("{{}}", "a finding has no value '' for templates"),
        ("{{ title | upper }}", "a finding has no value 'title | upper' for templates"), ("{{ unmapped }}", "a finding has no value 'unmapped' for templates"),
        ("{{ {{ title }} }}", "a finding has no value '{{ title' for templates"),
    ])
    func nothingButKnownValuesIsTaken(_ text: String, _ message: String) {
        let error = #expect(throws: TemplateError.self) { try RecordTemplate(text) }
        #expect(error?.message == message && error?.hint?.isEmpty == false)
    }

    /// One pass: what a vendor wrote is not read as a template.
    @Test func aVendorsTextIsNoTemplate() throws {
        var finding = Finding.sample()
        finding.title = "{{ desc }} {{ 7*7 }} {{"
        #expect(try RecordTemplate("{{ title }}").text(for: finding) == "{{ desc }} {{ 7*7 }} {{")
        for text in HostileTexts.all where !text.isEmpty {
            #expect(try RecordTemplate("a{{ title }}b").text(for: Finding.hostile(text)) == "a\(text)b")
        }
    }

    @Test func everyNameHasAValueOfAFullFinding() throws {
        var finding = Finding.sample(status: .fixed)
        finding.sourceUID = "7"
        finding.vendorStatus = "CLOSED"
        finding.rule?.category = "web"
        finding.scanUID = "s_1"
        finding.resources[0].ip = "192.0.2.7"
        for field in TemplateField.allCases {
            #expect(try RecordTemplate("{{ \(field.rawValue) }}").text(for: finding)?.isEmpty == false, "\(field)")
        }
    }

    @Test func numbersAreNumbersOnlyWhereTheyAreNumbers() throws {
        let make = { (text: String) in JSONValue.string(text) }
        let template = FieldValue.text(try RecordTemplate("{{ cvss }}"))
        #expect(template.json(for: Finding.sample(), document: make) == .number("9.8"))
        var finding = Finding.sample()
        finding.vulnerabilities[0].cvss[0].baseScore = "9.8,\"x\":1"
        #expect(template.json(for: finding, document: make) == nil)
        #expect(FieldValue.text(try RecordTemplate("{{ cvss }} of 10")).json(for: Finding.sample(), document: make) == .string("9.8 of 10"))
        for text in ["", "-", "1 2", "01", "0x1", "1,", "NaN", "true", "\"1\""] { #expect(!FieldValue.isNumber(text), "\(text)") }
        for text in ["0", "-1", "1.5", "1e3"] { #expect(FieldValue.isNumber(text), "\(text)") }
    }

    @Test func whatHasNoValueIsLeftOut() throws {
        let make = { (text: String) in JSONValue.string(text) }
        let missing = FieldValue.text(try RecordTemplate("{{ scan_uid }}"))
        #expect(FieldValue.list([missing]).json(for: Finding.sample(), document: make) == nil)
        #expect(FieldValue.list([]).json(for: Finding.sample(), document: make) == .array([]))
        #expect(FieldValue.object([.init("a", missing)]).json(for: Finding.sample(), document: make) == nil)
        #expect(FieldValue.object([.init("a", missing), .init("b", .bool(true))]).json(for: Finding.sample(), document: make)?["b"] == .bool(true))
        #expect(!FieldValue.object([.init("a", missing)]).isConstant && FieldValue.number("1").isConstant)
    }
}

struct BlockTextTests {
    @Test(arguments: [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\u{0}b\u{1b}c", "a\u{fffd}b\u{fffd}c"), ("tab\tstays", "tab\tstays"), ("end \n\n", "end"),
        ("\u{202e}abc", "\u{fffd}abc"),
        ("e\u{301}", "e\u{301}"),
    ])
    func controlCharactersDoNotPass(_ text: String, _ clean: String) {
        #expect(BlockText.clean(text, units: 100).unicodeScalars.elementsEqual(clean.unicodeScalars))
    }

    @Test func textsAreCutByUTF16Units() {
        for units in 2...40 {
            for text in HostileTexts.all + [String(repeating: "\u{1f4a3}", count: 30)] {
                #expect(BlockText.clean(text, units: units).utf16.count <= units)
                #expect(BlockText.line(text, units: units).utf16.count <= units)
            }
        }
        #expect(BlockText.clean("abcdef", units: 4) == "abc…")
    }
}
