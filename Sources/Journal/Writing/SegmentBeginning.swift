/// Makes a new segment's file: whole and durable before it gets its name.
struct SegmentBeginning: Sendable {
    /// Why no segment could be begun.
    struct Failure: Error {
        let cause: SystemError
        /// Whether an fsync failed, after which nothing is known for certain.
        let isFinal: Bool
    }

    static let fileName = "next.partial"

    private let directory: String
    private let fileSystem: JournalFileSystem

    init(_ directory: String, _ fileSystem: JournalFileSystem) {
        self.directory = directory
        self.fileSystem = fileSystem
    }

    /// Begins a segment in the prepared file if there is one, else in a new one; the batch `first`, if there is one, is durable with its name.
    func begin(_ header: SegmentHeader, first: [UInt8] = [], spare: SpareSegment, segmentBytes: Int) throws(Failure) -> ActiveSegment {
        let isPrepared = spare.take()
        defer { if isPrepared { spare.release() } }
        let path = isPrepared ? spare.path : directory + "/" + Self.fileName
        do throws(Failure) {
            let file = try attempt { () throws(SystemError) in try File(path, isPrepared ? .write : .create, in: fileSystem) }
            try attempt { () throws(SystemError) in try file.write(header.bytes + first, at: 0) }
            try final { () throws(SystemError) in try file.synchronize() }
            let name = directory + "/" + SegmentName.name(first: header.firstNumber)
            try attempt { () throws(SystemError) in try fileSystem.rename(path, name) }
            try final { () throws(SystemError) in try fileSystem.synchronizeDirectory(directory) }
            let end = JournalFormat.blockBytes + first.count
            return ActiveSegment(
                file: file, salt: header.salt, offset: end, preparedBytes: isPrepared ? max(segmentBytes, end) : end, beginning: end)
        } catch {
            if !error.isFinal { try? fileSystem.remove(path) }
            throw error
        }
    }

    private func attempt<Result>(_ body: () throws(SystemError) -> Result) throws(Failure) -> Result {
        do throws(SystemError) { return try body() } catch { throw Failure(cause: error, isFinal: false) }
    }

    private func final<Result>(_ body: () throws(SystemError) -> Result) throws(Failure) -> Result {
        do throws(SystemError) { return try body() } catch { throw Failure(cause: error, isFinal: true) }
    }
}
