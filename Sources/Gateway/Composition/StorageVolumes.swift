import CDispatch
import Glibc
import Journal

/// The disks that the gateway keeps its files on: the journal's, and the data folder's where that is another one.
struct StorageVolumes: Sendable {
    enum Volume: String, CaseIterable, Sendable { case journal, data }

    /// A disk with less room than the reserve.
    struct Low: Equatable, Sendable {
        let volume: Volume
        let folder: String
        let free: UInt64
        let reserve: UInt64

        /// What that means, in one sentence without a full stop.
        var sentence: String {
            let what =
                switch volume {
                case .journal: "events are answered 503 until there is more"
                case .data: "events are kept, but when it is full nothing is understood or delivered until there is more"
                }
            return "the disk of \(folder) has \(free >> 20) MiB left, less than the reserve of \(reserve >> 20) MiB: \(what)"
        }
    }

    private let folders: [Volume: String]
    private let reserve: DiskReserve
    private let space: @Sendable (String) -> DiskSpace?

    init(_ configuration: GatewayConfiguration) {
        let storage = configuration.storage
        let isOne = Self.device(storage.journal) == Self.device(storage.data)
        self.init(
            folders: isOne ? [.journal: storage.journal] : [.journal: storage.journal, .data: storage.data], reserve: configuration.diskReserve,
            space: { try? JournalFileSystem.system.space(Self.existing($0)) })
    }

    init(folders: [Volume: String], reserve: DiskReserve, space: @escaping @Sendable (String) -> DiskSpace?) {
        self.folders = folders
        self.reserve = reserve
        self.space = space
    }

    /// The disks that have less room than the reserve now; one that does not tell has enough. Blocks as the disks do.
    func low() -> [Low] {
        Volume.allCases.compactMap { volume in
            guard let folder = folders[volume], let space = space(folder), reserve.isReached(by: space) else { return nil }
            return Low(volume: volume, folder: folder, free: space.free, reserve: reserve.required(of: space))
        }
    }

    /// The number of the disk that holds `path`, or will once it is made.
    private static func device(_ path: String) -> dev_t? {
        var status = stat()
        return stat(existing(path), &status) == 0 ? status.st_dev : nil
    }

    /// The path, or the folder above it that is there, on whose disk it will be made.
    private static func existing(_ path: String) -> String {
        var path = path
        while !FilePaths.exists(path), case let parent = FilePaths.folder(of: path), parent != path { path = parent }
        return path
    }
}
