import Delivery
import FindingModel
import Glibc
import Journal
import Sinks
import State

/// Everything that would keep a start from succeeding and can be found out by looking: nothing is made or changed.
package enum StartChecks {
    /// What would keep `serve` from starting now, the reason it would give first.
    ///
    /// - Parameter besideRunning: whether a gateway runs on the data folder, whose lock and ports it then holds.
    package static func problems(_ configuration: GatewayConfiguration, besideRunning: Bool = false) async -> [GatewayError] {
        var problems: [GatewayError] = []
        if !besideRunning {
            note(&problems) { () throws(GatewayError) in try DataFolder.check(configuration.storage) }
            for address in [configuration.listen.ingest.address, configuration.listen.console].compactMap({ $0 }) {
                if let problem = PortProbe.problem(address) { problems.append(GatewayError(problem)) }
            }
        }
        note(&problems) { () throws(GatewayError) in try folder(configuration.storage.data, "data folder") }
        note(&problems) { () throws(GatewayError) in try journal(configuration.storage) }
        note(&problems) { () throws(GatewayError) in try OwnFiles.check(configuration.storage) }
        do throws(GatewayError) { try await FileChecks.run(configuration.storage) } catch { problems.append(error) }
        return problems
    }

    /// File sinks that this user could not write, with which a start receives all the same: what they lack waits for them.
    package static func sinks(_ configuration: GatewayConfiguration) -> [GatewayError] {
        configuration.sinks.compactMap { sink in
            guard let file = sink.options as? FileSinkOptions else { return nil }
            return FileSinkCheck.problem(file, data: configuration.storage.data).map { GatewayError("the sink '\(sink.name)': \($0.message)", hint: $0.hint) }
        }
    }

    /// What a start would do without, although it succeeds: a journal that is not the one of the files beside it.
    package static func losses(_ configuration: GatewayConfiguration) async -> [GatewayError] {
        await FileChecks.journalLoss(configuration.storage).map { [$0] } ?? []
    }

    /// A `ledger.db` with which nothing is delivered until somebody does something about it, although a start receives all the same.
    package static func ledger(_ configuration: GatewayConfiguration) -> [GatewayError] { FileChecks.ledgerDamage(configuration.storage).map { [$0] } ?? [] }

    /// What is damaged or lacks room and does not keep `serve` from receiving.
    package static func damage(_ configuration: GatewayConfiguration) async -> [GatewayError] {
        await FileChecks.damage(configuration.storage) + FileChecks.unreadable(configuration.storage)
            + StorageVolumes(configuration).low().map { GatewayError($0.sentence, hint: "make room") }
    }

    private static func note(_ problems: inout [GatewayError], _ check: () throws(GatewayError) -> Void) {
        do throws(GatewayError) { try check() } catch { problems.append(error) }
    }

    /// A folder that is there must be one and be writable; otherwise the one above it must be.
    private static func folder(_ path: String, _ what: String) throws(GatewayError) {
        if FilePaths.isFolder(path) {
            try FolderRights.check(path, what)
            guard access(path, R_OK | W_OK | X_OK) == 0 else {
                throw GatewayError("cannot write in the \(what) \(path): \(FilePaths.errorText(errno))", hint: "it must belong to the gateway's user")
            }
            return
        }
        let parent = FilePaths.folder(of: path), instead = what == "data folder" ? "data: /var/lib/weir" : "journal: /var/lib/weir/journal"
        guard !FilePaths.exists(path) else { throw GatewayError("cannot make the \(what) \(path): there is a file of that name") }
        guard FilePaths.isFolder(parent) else {
            let reason = FilePaths.errorText(FilePaths.exists(parent) ? ENOTDIR : ENOENT)
            throw GatewayError("cannot make the \(what) \(path): \(reason)", hint: PathChecks.hint(below: path, instead: instead) ?? "mkdir -p \(parent)")
        }
        guard access(parent, W_OK | X_OK) == 0 else {
            let reason = FilePaths.errorText(errno)
            throw GatewayError(
                "cannot make the \(what) \(path): \(reason)",
                hint: PathChecks.hint(below: path, instead: instead) ?? "make it, and chown it to the gateway's user")
        }
    }

    private static func journal(_ storage: StorageSettings) throws(GatewayError) {
        if FilePaths.exists(storage.journal) || FilePaths.folder(of: storage.journal) != storage.data { try folder(storage.journal, "journal's folder") }
        do throws(JournalError) { _ = try JournalFiles(storage.journal) } catch {
            // A journal that is not there yet is made; one that is damaged is no obstacle.
            if error.code == .newerVersion { throw GatewayError(error.message) }
            return
        }
        do throws(JournalError) { try JournalFiles(storage.journal).checkList() } catch {
            throw GatewayError(error.message, hint: "put back the file of that name from a copy, or move away what stands there: a start makes it anew")
        }
    }
}
