import Testing
import YAMLDocument

struct SpellingTests {
    @Test(arguments: [
        ("seceret", "secret"), ("secret", "secret"), ("min_severity", "min-severity"), ("Retention", "retention"), ("adpater", "adapter"),
        ("diskreserve", "disk-reserve"), ("rotat", "rotate"), ("form", "from"), ("to", "too"),
    ]) func aSlipIsRecognised(word: String, meant: String) {
        #expect(Spelling.closest(to: word, in: ["adapter", "secret", "min-severity", "retention", "disk-reserve", "rotate", "from", "too"]) == meant)
    }

    @Test(arguments: ["", "colour", "x", "code", String(repeating: "secret", count: 100)]) func whatIsFarFromEveryWordGetsNoGuess(word: String) {
        #expect(Spelling.closest(to: word, in: ["adapter", "secret", "min-severity", "retention", "body", "a"]) == nil)
    }
}
