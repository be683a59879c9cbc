import FindingModel
import Testing

struct WordsTests {
    @Test func severitiesHaveTheirWordsAndNumbers() {
        #expect(Severity.allCases.map(\.word) == ["unknown", "info", "low", "medium", "high", "critical"])
        #expect(Severity.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
        for severity in Severity.allCases { #expect(Severity(word: severity.word) == severity) }
        #expect(Severity(word: "High") == nil)
        #expect(Severity(word: "") == nil)
    }

    @Test func statusesHaveTheirWords() {
        #expect(
            Set(FindingStatus.allCases.map(\.word)) == ["open", "in_progress", "fixed", "reopened", "accepted", "false_positive", "ignored", "unknown"])
        #expect(Set(ScanStatus.allCases.map(\.word)) == ["scheduled", "queued", "started", "completed", "failed", "cancelled", "unknown"])
    }

    @Test(arguments: [
        ("target_created", "target_created"), ("a", "a"), ("0_9", "0_9"), ("", "other"), ("Target", "other"), ("a.b", "other"), ("é", "other"),
        ("a b", "other"),
        (String(repeating: "a", count: 64), String(repeating: "a", count: 64)), (String(repeating: "a", count: 65), "other"),
    ])
    func noticesHaveAKindThatFitsAType(word: String, kind: String) {
        #expect(Notice.kind(of: word) == kind)
    }

    @Test func kindsNameTheirSchemas() {
        #expect(RecordKind.allCases.map(\.schema) == ["urn:weir:finding:1", "urn:weir:scan:1", "urn:weir:notice:1"])
        #expect(RecordKind.allCases.map(\.letter) == ["f", "s", "n"])
    }
}
