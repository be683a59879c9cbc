import ArgumentParser
import Gateway
import Logging
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
        LoggingSystem.bootstrap(StandardError.log)
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
        if error is ExitCode { ProcessExit.now(Weir.exitCode(for: error).isSuccess ? 0 : 1) }
        let isHelp = Weir.exitCode(for: error).isSuccess
        // Help that was not asked for, or of something else than was asked for, is none.
        if let failure = misdirection() ?? (isHelp ? nil : usageFailure(error)) {
            failure.report()
            ProcessExit.now(2)
        }
        StandardOutput.line(Weir.fullMessage(for: error))
        ProcessExit.now(0)
    }
}

extension Main {
    /// What is wrong with the options and arguments, and how they are meant to be.
    private static func usageFailure(_ error: any Error) -> CommandFailure {
        var message = Weir.message(for: error)
        if message.utf8.isEmpty { message = "\(error)" }
        let (text, told) = ValidationError.parts(of: message)
        if let told { return CommandFailure(text.onOneLine, hint: told) }
        let usage = Weir.fullMessage(for: error).split(separator: "\n").first { $0.hasPrefix("Usage: ") }
        return CommandFailure(message.onOneLine, hint: usage.map(hint) ?? "weir --help")
    }

    /// Says so where a word stands in a command's place that is none, or nothing does; of wrong usage the parser may name a later word first.
    private static func misdirection() -> CommandFailure? {
        var command: any ParsableCommand.Type = Weir.self
        var path = ["weir"], isHelp = false
        for word in CommandLine.arguments.dropFirst() {
            let names = command.configuration.subcommands.map(name)
            if let index = names.firstIndex(of: word) {
                command = command.configuration.subcommands[index]
                path.append(word)
                continue
            }
            if word == "help", path.count == 1, !isHelp {
                isHelp = true
                continue
            }
            guard !names.isEmpty, !word.hasPrefix("-"), word != "help" else { return nil }
            let meant = Spelling.closest(to: word, in: names + ["help"]).map { (path + [$0]).joined(separator: " ") } ?? place(of: word, below: command, path)
            guard meant != nil || command.configuration.defaultSubcommand == nil else { return nil }
            let known = "known: \(names.joined(separator: ", "))"
            return CommandFailure("there is no command '\((path + [word]).joined(separator: " "))'", hint: meant.map { "did you mean '\($0)'?" } ?? known)
        }
        let names = command.configuration.subcommands.map(name)
        guard !isHelp, !names.isEmpty, command.configuration.defaultSubcommand == nil else { return nil }
        let words = path.joined(separator: " ")
        return CommandFailure("'\(words)' needs one of its commands", hint: "\(names.joined(separator: ", ")); \(words) --help explains them")
    }

    /// Where a command of this name is, one step further down.
    private static func place(of word: String, below command: any ParsableCommand.Type, _ path: [String]) -> String? {
        for inner in command.configuration.subcommands where inner.configuration.subcommands.map(name).contains(word) {
            return (path + [name(inner), word]).joined(separator: " ")
        }
        return nil
    }

    private static func name(_ command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? String(describing: command).lowercased()
    }

    /// What of the usage helps: where it leaves the options out, the page that has them.
    private static func hint(_ usage: Substring) -> String {
        let words = usage.dropFirst("Usage: ".count)
        return words.hasSuffix(" <options>") ? words.dropLast("<options>".count) + "--help" : String(words)
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
