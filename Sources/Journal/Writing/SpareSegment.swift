import Synchronization

/// The next segment's file, filled with zeros while the present one is written to.
///
/// From `take` to `release` the file is the taker's, who gives it another name: whoever prepared the next one under the old name meanwhile would
/// empty a segment.
final class SpareSegment: Sendable {
    private enum Stage {
        case absent
        case ready
        case taken
    }

    static let fileName = "spare.partial"
    private static let step = 1 << 20

    private let directory: String
    private let fileSystem: JournalFileSystem
    private let segmentBytes: Int
    private let stage = Mutex(Stage.absent)

    init(directory: String, fileSystem: JournalFileSystem, segmentBytes: Int) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.segmentBytes = segmentBytes
    }

    var path: String { directory + "/" + Self.fileName }
    var needsPreparation: Bool { stage.withLock { $0 == .absent } }

    /// Hands the prepared file to the caller, who renames or removes it and then calls `release`; false when it is not ready.
    func take() -> Bool {
        stage.withLock { stage in
            guard stage == .ready else { return false }
            stage = .taken
            return true
        }
    }

    /// Says that the file that was taken has its own name, or is gone.
    func release() { stage.withLock { $0 = .absent } }

    /// Fills the file and makes it durable; ends early when `goesOn` says no.
    ///
    /// The next call continues where this one ended; after an error, with a new file. Half of the time is left to the others that use the disk.
    func prepare(while goesOn: () -> Bool) throws(SystemError) {
        guard needsPreparation else { return }
        do throws(SystemError) {
            try fill(while: goesOn)
        } catch {
            try? fileSystem.remove(path)
            throw error
        }
    }

    private func fill(while goesOn: () -> Bool) throws(SystemError) {
        let file = try File(path, .keep, in: fileSystem)
        let first = try file.read(JournalFormat.blockBytes, at: 0)
        // What a segment's first block was written into must not be used again; everything else in such a file is zero.
        if !first.allSatisfy({ $0 == 0 }) { try file.truncate(to: 0) }
        var offset = min(try file.size, segmentBytes)
        while offset < segmentBytes {
            guard goesOn() else { return }
            let started = MonotonicClock.milliseconds()
            let end = min(offset + Self.step, segmentBytes)
            try file.zero(offset..<end)
            try file.synchronize()
            offset = end
            ThreadSignal.pause(milliseconds: Int(min(100, MonotonicClock.milliseconds() - started)))
        }
        try file.synchronize()
        stage.withLock { $0 = .ready }
    }
}
