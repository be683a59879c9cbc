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
        ["findings", "--status", "opn"], ["scans", "--status", "done"], ["findings", "--min-severity", "worst"], ["events", "--outcome", "lost"],
        ["findings", "--sort", "best"], ["scans", "--sort", "severity"], ["events", "--sort", "seen"], ["findings", "--after", "a:b:c:d"],
        ["findings", "--after", "f_0"], ["findings", "--after", "old:f_0", "--sort", "new"], ["events", "--after", "x"], ["scans", "--text", ""],
        ["events", "--kind", ""], ["findings", "--source", ""], ["dead", "list", "--after", "x"], ["dead", "list", ""], ["show", "7", "--history"],
        ["show", "7", "--why"], ["show", "f_1", "--history", "--after", "a:b:c:d"], ["send", "shop", "b.json", "--header", "x"],
        ["adapter", "try", "holm", "-", "--header", "x"], ["journal", "verify", "--data", ""],
        ["void", "--source", "a", "--from", "2", "--to", "1", "--reason", "x"], ["void", "--source", "a", "--from", "1", "--to", "1", "--reason", " "],
        ["findings", "--cve", "foo"], ["events", "--cve", "CVE-2024"], ["findings", "--cve", "2024-38476"], ["findings", "--cve", "the CVE-2024-38476"],
        ["void", "--source", "a", "--from", "2026-03-02T10:00:00+02:00", "--to", "2026-03-02 08:00:00Z", "--reason", "x"],
    ]) func otherArgumentsAreUsageErrors(arguments: [String]) {
        #expect(throws: (any Error).self) { try Weir.parseAsRoot(arguments) }
    }

    @Test(arguments: [
        (["findings", "--since", "2026-03-02", "--until", "2026-03-01"], "--since '2026-03-02' is later than --until '2026-03-01'"),
        (["events", "--since", "1d", "--until", "7d"], "--since '1d' is later than --until '7d'"),
        (["scans", "--since", "20", "--until", "10"], "--since '20' is later than --until '10'"),
        (["scans", "--since", "2026-03-02", "--until", "2026-03-02"], "--since '2026-03-02' is not before --until '2026-03-02'"),
        (["replay", "a", "--from", "20", "--to", "10"], "--from '20' is later than --to '10'"),
        (
            ["void", "--source", "a", "--from", "2026-03-02 10:00:00Z", "--to", "2026-03-01", "--reason", "x"],
            "--from '2026-03-02 10:00:00Z' is later than --to"
        ),
    ]) func endsTheWrongWayRoundAreBothNamed(arguments: [String], words: String) {
        let error = #expect(throws: (any Error).self) { try Weir.parseAsRoot(arguments) }
        let message = error.map { Weir.message(for: $0) } ?? ""
        #expect(message.hasPrefix(words) && message.contains("so nothing lies between them\u{0}"), "\(message)")
    }

    /// What was most likely meant is said, and not only that it is wrong.
    @Test(arguments: [
        (["findings", "--limit", "-1"], "--limit is a number from 1 on"), (["show", "f_1", "--history", "--limit", "-1"], "--limit is a number from 1 on"),
        (["dead", "list", "--limit", "-1"], "--limit is a number from 1 to 1000000"),
        (["events", "--since", "-7d"], "--since '-7d' is neither a time such as"),
        (["replay", "a", "--from", "-1"], "--from is a time such as"), (["replay", "a", "--from", "1", "--rate", "-5/s"], "--rate is a number of changes"),
        (["journal", "export", "--from", "-1"], "'-1'"),
        (
            ["journal", "erase", "f_0a", "--reason", "x"],
            "a receipt is erased by its number, and 'f_0a' is none\u{0}weir show f_0a --why names the receipts"
        ),
        (
            ["journal", "erase", "abcdefgh-12-1", "--reason", "x"],
            "a receipt is erased by its number, and 'abcdefgh-12-1' is none\u{0}weir show abcdefgh-12-1; what made it is entry 12"
        ),
        (["journal", "erase", "0", "--reason", "x"], "a receipt's number is 1 or more"),
        (["dead", "retry", "abcdefgh-12-1"], "'abcdefgh-12-1' is an id, and the sink's name comes before it\u{0}weir dead show abcdefgh-12-1 names the sink"),
        (["dead", "drop", "abcdefgh-12-1", "soc"], "'abcdefgh-12-1' is an id, and the sink's name comes before it"),
        (["show", "0"], "'0' is no entry's number: they are whole numbers from 1 on"), (["show", "99999999999999999999"], "is no entry's number"),
        (["dead", "drop", "f_0a"], "'f_0a' is an id, and the sink's name comes before it\u{0}weir dead show f_0a"),
        (["init", "--data", "/proc/x"], "--data: what stands under /proc is the system's, and keeps nothing\u{0}--data ./data"),
        (["init", "--data", "../proc/x", "--config", "/etc/weir.yaml"], "--data: what stands under /proc"),
    ]) func whatWasMeantIsSaid(arguments: [String], words: String) {
        let error = #expect(throws: (any Error).self) { try Weir.parseAsRoot(arguments) }
        let message = error.map { Weir.message(for: $0) } ?? ""
        #expect(message.contains(words), "\(message)")
    }

    @Test(arguments: [
        ["findings", "--cve", "cve-2024-38476"], ["findings", "--cve", "CWE-79"], ["events", "--cve", "GHSA-jfh8-c2jp-5v3q"], ["findings", "--cve", "QID-38"],
        ["findings", "--since", "7d", "--until", "1d"], ["scans", "--since", "20", "--until", "20"], ["replay", "a", "--from", "20", "--to", "20"],
        ["events", "--since", "20", "--until", "2026-03-01"], ["replay", "a", "--from", "2026-03-02", "--to", "2026-03-02"],
        ["findings", "--after", "seen:5:f_0"], ["findings", "--after", "f_0", "--sort", "old"], ["findings", "--after", "f_0", "--json"],
        ["dead", "list", "a", "--after", "old:5:7"], ["journal", "stats", "--data", "copy"], ["journal", "export", "--data", "copy", "--from", "3"],
        ["journal", "export", "--json"],
    ]) func endsAndPlacesThatCanBeMeantAreTaken(arguments: [String]) {
        #expect(throws: Never.self) { try Weir.parseAsRoot(arguments) }
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
