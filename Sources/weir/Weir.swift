import ArgumentParser
import Gateway

/// The program: `weir serve` and the commands around it.
struct Weir: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "One HTTPS endpoint for all your security scanners.",
        discussion: "Exit codes: 0, 1 (the thing asked for failed), 2 (usage). Every command takes --config FILE (default weir.yaml).",
        version: ProgramVersion.current,
        subcommands: [
            Serve.self, Check.self, Send.self, Sources.self, Events.self, Findings.self, Scans.self, Sinks.self, Show.self, AdapterCommand.self, Rebuild.self,
            VoidReceipts.self,
            JournalCommand.self,
            SchemaCommand.self,
        ])
}

@main struct Main {
    static func main() async {
        ProcessLimits.limitHeaps()
        do {
            var command = try Weir.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            ProcessExit.now(1)
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
            CommandFailure(message.onOneLine, hint: usage.map { String($0.dropFirst(7)) } ?? "weir --help").report()
            ProcessExit.now(2)
        }
        StandardOutput.line(Weir.fullMessage(for: error))
        ProcessExit.now(0)
    }
}

extension String {
    /// Line breaks as spaces.
    fileprivate var onOneLine: String { split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ") }
}
