import FindingModel
import Testing

@testable import Adapters

struct ReadersTests {
    @Test(
        arguments: [
            ("443", 443, nil), ("443/tcp", 443, "tcp"), ("tcp/443", 443, "tcp"), ("22/TCP", 22, "tcp"), (" 53/udp ", 53, "udp"), ("https/8443", 8443, "https"),
            ("65535", 65535, nil), ("0443", 443, nil),
        ] as [(String, Int, String?)])
    func portsAreReadWithTheirProtocol(text: String, port: Int, protocolName: String?) throws {
        let reading = try #require(PortReader.read(text))
        #expect(reading.port == port)
        #expect(reading.protocolName == protocolName)
        #expect(NormalForm.port.text(of: text) == protocolName.map { "\(port)/\($0)" } ?? "\(port)")
    }

    @Test(arguments: [
        "", "0", "65536", "general/tcp", "dns", "443/", "/tcp", "443/tcp/x", "-1", "4 43", "443tcp", "tcp443", "1e3", "99999999999999999999", "443/🐟",
        "Open TCP Port: 3306", "443/abcdefghijklmnopq",
    ])
    func otherTextIsNoPort(text: String) {
        #expect(PortReader.read(text) == nil)
    }

    @Test(arguments: [
        ("CVE-2011-3389", ["CVE-2011-3389"]),
        ("see cve-2023-34362, CVE-2023-34362 and CWE-079.", ["CVE-2023-34362", "CWE-79"]),
        ("(CVE-2024-38476/CVE-2024-3847600)", ["CVE-2024-38476", "CVE-2024-3847600"]),
        ("https://nvd.nist.gov/vuln/detail/CVE-2021-44228#x", ["CVE-2021-44228"]),
        ("GHSA-JFH8-C2JP-5V3Q log4j", ["GHSA-jfh8-c2jp-5v3q"]),
        ("CWE-89:SQL Injection", ["CWE-89"]),
        ("CVE_2011_3389 CVE-11-3389 CVE-2011-338 CVE-2011-33891234567890123456789", []),
        ("XCVE-2011-3389 CVE-2011-3389a CWE-0 CWE- CWE-12345678 GHSA-1fh8-c2jp-5v3q GHSA-jfh8-c2jp", []),
        ("c g cve- ghsa- CWE", []),
        ("", []),
        ("CVE-2011-3389\u{301}", ["CVE-2011-3389"]),
        ("https://cwe.mitre.org/data/definitions/79.html", []),
    ])
    func identifiersAreFoundInAnyText(text: String, expected: [String]) {
        #expect(IdentifierReader.read(text).map(\.id) == expected)
    }

    @Test func identifiersKnowTheirRegistry() {
        let found = IdentifierReader.read("CWE-79 CVE-2011-3389 GHSA-jfh8-c2jp-5v3q")
        #expect(found.map(\.type) == [.cwe, .cve, .ghsa])
    }

    @Test(
        arguments: [
            ("1 day, 0:35:00", nil, 88_500_000), ("2 days, 1:02:03", nil, 176_523_000), ("3 days", nil, 259_200_000), ("01:41", nil, 6_060_000),
            ("00:57", nil, 3_420_000), ("0:57:00", nil, 3_420_000), ("0:00:01.500000", nil, 1500), ("100:00", nil, 360_000_000), ("PT5M", nil, 300_000),
            ("P1DT2H3M4.5S", nil, 93_784_500), ("P2W", nil, 1_209_600_000), ("pt1h", nil, 3_600_000), ("90", .seconds, 90_000), ("1.5", .seconds, 1500),
            ("1500", .milliseconds, 1500), ("2", .days, 172_800_000), ("0", .seconds, 0), ("01:41", .seconds, 6_060_000),
        ] as [(String, DurationUnit?, Int64)])
    func durationsBecomeMilliseconds(text: String, unit: DurationUnit?, expected: Int64) {
        #expect(DurationReader.read(text, unit: unit) == expected)
    }

    @Test(
        arguments: [
            ("", nil), ("90", nil), ("long", nil), ("1:2", nil), ("00:60", nil), ("0:57:60", nil), ("-1 day, 0:00:00", nil), ("1 dog, 0:00", nil), ("PT", nil),
            ("P", nil), ("P1M", nil), ("P1Y", nil), ("PT5", nil), ("PT5MT1S", nil), ("-5", .seconds), ("1e3", .seconds), ("999999999999999999", .seconds),
            ("999999999999999", .days), ("P999999999999999W", nil), ("1.", .seconds), ("0:00:00.", nil), ("1 day, 0:35:00 ago", nil),
        ] as [(String, DurationUnit?)])
    func otherTextIsNoDuration(text: String, unit: DurationUnit?) {
        #expect(DurationReader.read(text, unit: unit) == nil)
    }

    @Test(
        arguments: [
            ("14", 14), (" 14 ", 14), ("14.0", 14), ("1.4e1", 14), ("-0", 0), ("0", 0), ("1e3", 1000), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("0e99999", 0), ("120e-1", 12),
        ] as [(String, Int64)])
    func integersAreReadByValue(text: String, expected: Int64) {
        #expect(NumberReader.integer(text) == expected)
    }

    @Test(arguments: [
        "", "x", "1.5", "9223372036854775808", "-9223372036854775809", "1e999", "1e99999999", "1e-1", "+1", "01", ".5", "1.", "1e", "--1", "0x10", "NaN", "1 2",
        "１", String(repeating: "9", count: 20_000),
    ])
    func otherTextIsNoInteger(text: String) {
        #expect(NumberReader.integer(text) == nil)
    }

    @Test func decimalsStayAsWritten() {
        for text in ["6.1", "8.10", "-0", "1e2", "9"] { #expect(NumberReader.decimal(text) == text) }
        #expect(NumberReader.decimal(" 6.1 ") == "6.1")
        for text in ["", "6,1", "CVSS:3.0/AV:N", "1e999", String(repeating: "9", count: 20_000), "0.1.2"] { #expect(NumberReader.decimal(text) == nil) }
    }

    @Test func equalNumbersHaveOneCanonicalSpelling() {
        for text in ["30", "30.0", "3e1", "3.00E+1", "300e-1"] { #expect(NumberReader.canonical(text) == "30") }
        for text in ["0", "-0", "0.000", "0e5"] { #expect(NumberReader.canonical(text) == "0") }
        #expect(NumberReader.canonical("1e30") == "1e30")
        #expect(NumberReader.canonical("0.25") == "25e-2")
        #expect(NumberReader.canonical("high") == nil)
    }
}
