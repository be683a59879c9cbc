import FindingModel
import Glibc
import Testing

@testable import Sinks

/// Where a checkout of DefectDojo is, for the test that runs its own parser.
private let checkout = getenv("DEFECTDOJO_SOURCE").map { String(cString: $0) }

struct DefectDojoParserTests {
    /// DefectDojo's parser is a part of a program of its own, which is not in the repository.
    @Test(.enabled(if: checkout != nil, "DEFECTDOJO_SOURCE names no checkout of github.com/DefectDojo/django-DefectDojo"))
    func defectDojosOwnParserTakesEverything() throws {
        let folder = try TemporaryFolder()
        var findings = FindingStatus.allCases.flatMap { status in Severity.allCases.map { Finding.sample("f_\(status)\($0)", status: status, severity: $0) } }
        findings += HostileTexts.all.map { .hostile($0) }
        let changes = findings.enumerated().map { index, finding in
            var finding = finding
            finding.uid = "f_\(index)"
            return Change.finding(finding, UInt64(index + 1))
        }
        let batch = DefectDojoBatch(changes)
        #expect(batch.findings.count == findings.count)
        put(batch.file, at: folder.path + "/findings.json")
        let script = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let command = "python3 /\(script)/Scripts/check_defectdojo.py \(checkout ?? "") \(folder.path)/findings.json > \(folder.path)/out 2>&1"
        let status = pclose(popen(command, "r"))
        let output = contents(of: folder.path + "/out").map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(status == 0 && output.contains("\(findings.count) findings with"), "\(output)")
    }
}
