import ArgumentParser
import Gateway
import YAMLDocument

/// The program: `weir serve` and the commands around it.
struct Weir: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "One HTTPS endpoint for all your security scanners.",
        discussion:
            "Exit codes: 0, 1 (the thing asked for failed), 2 (usage), 3 (not whole: rebuilding, or nobody answered). Every command takes --config FILE (default weir.yaml).",
        version: ProgramVersion.current,
        subcommands: [
            Init.self, Serve.self, Check.self, Send.self, Sources.self, Events.self, Findings.self, Scans.self, Sinks.self, SinkCommand.self,
            DeadCommand.self, Replay.self, Show.self, AdapterCommand.self, Rebuild.self, VoidReceipts.self,
            JournalCommand.self,
            SchemaCommand.self,
        ])
}

@main struct Main {
    static func main() async {
        ProcessLimits.limitHeaps()
        ProcessLimits.forbidCoreFiles()
        do {
            var command = try Weir.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            ProcessExit.finishOutput()
        } catch let failure as CommandFailure {
            failure.report()
            ProcessExit.now(failure.status)
        } catch {
            finish(error)
        }
    }

    /// Help goes to standard output; wrong usage is one line, a hint, and exit code 2, where the parser would say 64.
    private static func finish(_ error: any Error) -> Never {
        guard Weir.exitCode(for: error).isSuccess else {
            if error is ExitCode { ProcessExit.now(1) }
            var message = Weir.message(for: error)
            if message.utf8.isEmpty { message = "\(error)" }
            let usage = Weir.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Usage: ") }
            CommandFailure(message.onOneLine, hint: misspelt(message) ?? usage.map { String($0.dropFirst(7)) } ?? "weir --help").report()
            ProcessExit.now(2)
        }
        StandardOutput.line(Weir.fullMessage(for: error))
        ProcessExit.now(0)
    }
}

extension Main {
    /// The command that was meant, when the message is about a word where a command is expected.
    private static func misspelt(_ message: String) -> String? {
        var command: any ParsableCommand.Type = Weir.self
        var path = ["weir"]
        for word in CommandLine.arguments.dropFirst() {
            let names = command.configuration.subcommands.map { $0.configuration.commandName ?? String(describing: $0).lowercased() }
            if let index = names.firstIndex(of: word) {
                command = command.configuration.subcommands[index]
                path.append(word)
                continue
            }
            guard message.utf8.count < 200, message.contains("'\(word)'"), let meant = Spelling.closest(to: word, in: names) else { return nil }
            return "did you mean '\((path + [meant]).joined(separator: " "))'?"
        }
        return nil
    }
}

extension Int {
    /// `1 sink`, `2 sinks`.
    func of(_ word: String) -> String { "\(self) \(word)\(self == 1 ? "" : "s")" }
}

extension String {
    /// Line breaks as spaces.
    fileprivate var onOneLine: String { split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ") }
}
