import ArgumentParser
import Testing

@testable import weir

/// What the program takes and refuses on its command line, without running anything.
struct CommandLineTests {
    @Test(arguments: [
        ["serve"], ["check", "--config", "other.yaml"], ["send", "shop", "body.json", "--header", "X: y"], ["sources"], ["sources", "setup", "shop"],
        ["events", "--outcome", "mapped", "--limit", "5"], ["findings", "--json", "--status", "open", "--status", "fixed", "--min-severity", "high"],
        ["scans", "--source", "shop"], ["sinks", "--json"], ["show", "f_1", "--why", "--history"], ["adapter", "test"],
        ["show", "f_1", "--history", "--limit", "5", "--after", "new:a-1-1"], ["dead", "list", "--after", "7"],
        ["events", "--since", "2026-03-02 10:00:00Z", "--until", "2026-03-02T12:00:01+02:00"], ["replay", "a", "--from", "2026-03-02 10:00:00Z"],
        ["void", "--source", "a", "--from", "2026-03-02T10:00:00-02:00", "--to", "2026-03-02 12:00:01Z", "--reason", "x"],
        ["adapter", "new", "acme", "--vendor", "Acme", "--in", "."], ["adapter", "try", "holm", "-"],
        ["rebuild"], ["rebuild", "--diff", "--json"], ["rebuild", "--apply"], ["journal", "verify", "--head", "head.json"], ["journal", "stats"],
        ["journal", "export", "--from", "7"], ["journal", "erase", "7", "--reason", "asked for"], ["schema", "finding"],
    ]) func everyCommandTakesTheConfiguration(arguments: [String]) throws {
        #expect(throws: Never.self) { try Weir.parseAsRoot(arguments + (arguments.contains("--config") ? [] : ["--config", "weir.yaml"])) }
    }

    @Test(arguments: [
        ["serv"], ["serve", "--port", "1"], ["send", "shop"], ["findings", "--limit", "0"], ["rebuild", "--diff", "--apply"], ["rebuild", "--json"],
        ["journal", "erase", "7"], ["journal", "erase", "x", "--reason", "y"], ["journal", "erase", "7", "--reason", " "], ["show"],
        ["journal", "erase", "0", "--reason", "y"], ["show", ""], ["show", "f_1", "--limit", "5"], ["show", "f_1", "--after", "new:a-1-1"],
        ["events", "--since", "soon"], ["events", "--until", "2026-03-02T10:00:00"], ["dead", "list", "--limit", "0"], ["dead", "retry", "a"],
        ["dead", "drop", "a", "f_1", "--all"], ["replay", "a", "--from", "soon"], ["replay", "a", "--from", "1", "--to", "then"],
        ["replay", "a", "--from", "2", "--to", "1"], ["replay", "a", "--from", "1", "--rate", "fast"],
        ["replay", "a", "--from", "1", "--type", "finding.opend"],
        ["void", "--source", "a", "--from", "2", "--to", "1", "--reason", "x"], ["void", "--source", "a", "--from", "1", "--to", "1", "--reason", " "],
        ["void", "--source", "a", "--from", "2026-03-02T10:00:00+02:00", "--to", "2026-03-02 08:00:00Z", "--reason", "x"],
    ]) func otherArgumentsAreUsageErrors(arguments: [String]) {
        #expect(throws: (any Error).self) { try Weir.parseAsRoot(arguments) }
    }

    @Test(arguments: [("X-Event: push", "X-Event", "push"), ("A:b:c", "A", "b:c"), ("A:", "A", "")]) func headersAreRead(
        text: String, name: String, value: String
    ) throws {
        let fields = try HeaderOption.fields([text])
        #expect(fields.map(\.0) == [name] && fields.map(\.1) == [value])
    }

    @Test(arguments: ["", "push", ": push"]) func otherHeadersAreNot(text: String) {
        #expect(throws: ValidationError.self) { try HeaderOption.fields([text]) }
    }
}
