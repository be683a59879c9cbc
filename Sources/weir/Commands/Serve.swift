import ArgumentParser
import Gateway
import Logging

/// `weir serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Receives, keeps, understands and delivers, until SIGTERM or SIGINT.",
        discussion: "Prints one line `ready` with its addresses when it accepts requests. A second signal ends it at once.")

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let configuration = try config.load(showingWarnings: true, needsSecrets: true)
        ProcessLimits.raiseOpenFiles()
        LoggingSystem.bootstrap { LineLogHandler(label: $0) }
        let signals = StopSignals()
        let gateway: Gateway
        do throws(GatewayError) {
            gateway = try await Gateway.start(configuration, onFailure: { signals.trigger() })
        } catch {
            throw CommandFailure(error)
        }
        StandardOutput.line(gateway.readyLine)
        StartPages.release()
        await signals.first()
        StopDeadline.begin(seconds: 10)
        await gateway.stop()
        if let failure = gateway.failure { throw CommandFailure(failure) }
    }
}
