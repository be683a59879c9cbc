import ArgumentParser

/// `weir dead`.
struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead", abstract: "Dead letters: changes that a sink can never take, with the sink's own words.",
        subcommands: [DeadList.self, DeadShow.self, DeadRetry.self, DeadDrop.self])
}
