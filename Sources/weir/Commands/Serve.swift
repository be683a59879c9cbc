import ArgumentParser
import Gateway
import Logging

/// `weir serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Receives, keeps, understands and delivers, until SIGTERM or SIGINT.",
        discussion: """
            Prints one line `ready` with its addresses when it accepts requests. SIGHUP reads the configuration again: adapters, sources with their \
            secrets, sinks, routes and the ingest port's certificate; the old ones stay when the new do not check. A second SIGTERM or \
            SIGINT ends it at once.
            """)

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        StandardError.isServing = true
        ProcessLimits.surviveBrokenPipes()
        let configuration = try config.load(showingWarnings: true, needsSecrets: true)
        ProcessLimits.raiseOpenFiles()
        let signals = StopSignals(), hangups = HangupSignals()
        let gateway: Gateway
        do throws(GatewayError) {
            gateway = try await Gateway.start(configuration, onFailure: { signals.trigger() })
        } catch {
            throw CommandFailure(error)
        }
        StandardOutput.line(gateway.readyLine)
        if ProcessLimits.isRoot {
            let owner = DataAccess.otherOwner(of: configuration.storage.data).map(SystemUser.name)
            let files = owner.map { "; what it makes in \(configuration.storage.data) now is root's, and has to be given to \($0) again (chown -R)" } ?? ""
            Logger(label: "gateway").warning("runs as root, which it has no need of: give it a user of its own that can write its data folder\(files)")
        }
        StartPages.release()
        MemoryReturn.begin()
        let reloads = Task { for await _ in hangups.signals { await reload(gateway) } }
        await signals.first()
        reloads.cancel()
        StopDeadline.begin(seconds: 10)
        await gateway.stop()
        if let failure = gateway.failure { throw CommandFailure(failure) }
    }

    /// Reads the configuration again; what came of it is said on standard error.
    private func reload(_ gateway: Gateway) async {
        let log = Logger(label: "gateway")
        do throws(CommandFailure) {
            let configuration = try config.load(showingWarnings: true, needsSecrets: true)
            let later: [String]
            do throws(GatewayError) { later = try await gateway.reload(configuration) } catch { throw CommandFailure(error) }
            log.notice("reloaded", metadata: configuration.logged)
            for key in later { log.warning("needs a restart to take effect", metadata: ["key": "\(key)"]) }
        } catch {
            error.report()
            log.error("not reloaded, the old configuration stays in force")
        }
    }
}
