import Foundation
import Glibc

/// The files that a start opens for writing, which another user may have made: one `sudo weir serve` does.
enum OwnFiles {
    private static let ofData = ["state.db", "ledger.db", "tallies", "lock"]

    /// Throws when this user may not read and write one of them, or a folder stands where one is to be made.
    static func check(_ storage: StorageSettings) throws(GatewayError) {
        if let folder = [storage.lockFile, storage.socketFile].first(where: FilePaths.isFolder) {
            throw GatewayError("\(folder) is a folder, where the gateway makes a file", hint: "move it away")
        }
        let all = paths(in: storage.data) { name in ofData.contains { name == $0 || name.hasPrefix($0 + "-") } } + paths(in: storage.journal) { _ in true }
        let closed = all.filter { access($0, R_OK | W_OK) != 0 && errno == EACCES }
        guard let first = closed.first else { return }
        let more = closed.count > 1 ? " and \(closed.count - 1) more" : ""
        throw GatewayError("cannot write \(first)\(more): permission denied", hint: "a start as root leaves such files: chown them to the gateway's user")
    }

    private static func paths(in folder: String, _ isOurs: (String) -> Bool) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter(isOurs).sorted().map { "\(folder)/\($0)" }.filter { !FilePaths.isFolder($0) }
    }
}
