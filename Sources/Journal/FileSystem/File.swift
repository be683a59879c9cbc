/// An open file; closed when nobody holds it any more.
final class File: Sendable {
    let path: String
    private let fileSystem: JournalFileSystem
    private let descriptor: Int32

    init(_ path: String, _ mode: JournalFileSystem.Mode, in fileSystem: JournalFileSystem) throws(SystemError) {
        self.path = path
        self.fileSystem = fileSystem
        descriptor = try fileSystem.open(path, mode)
    }

    deinit { fileSystem.close(descriptor) }

    var size: Int { get throws(SystemError) { try fileSystem.size(descriptor) } }

    /// Fills `bytes` from `offset` on; returns how many there were before the file's end.
    func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var done = 0
        while done < bytes.count {
            let count = try fileSystem.read(descriptor, UnsafeMutableRawBufferPointer(rebasing: bytes[done...]), offset + done)
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The bytes from `offset` on, at most `count`; fewer at the file's end.
    func read(_ count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        guard count > 0 else { return [] }
        // Typed errors do not pass through the array's initialiser, so the failure is carried out beside it.
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(SystemError) {
                initialized = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
                initialized = 0
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes` from `offset` on.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = try fileSystem.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes[done...]), offset + done)
            // A file system that takes nothing and reports nothing would otherwise be asked for ever.
            if count == 0 { throw SystemError("pwrite", 28) }
            done += count
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        try bytes.withRawBytes { buffer throws(SystemError) in try write(buffer, at: offset) }
    }

    /// Writes zeros over `range`.
    func zero(_ range: Range<Int>) throws(SystemError) {
        try ZeroBytes.block.withRawBytes { zeros throws(SystemError) in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let count = min(range.upperBound - offset, zeros.count)
                try write(UnsafeRawBufferPointer(rebasing: zeros.prefix(count)), at: offset)
                offset += count
            }
        }
    }

    /// The next offset at which there may be anything but zeros, so that a hole costs nothing; nothing when there is none.
    func nextData(from offset: Int) -> Int? { fileSystem.nextData(descriptor, offset) }

    func synchronize() throws(SystemError) { try fileSystem.synchronize(descriptor) }

    func truncate(to size: Int) throws(SystemError) { try fileSystem.truncate(descriptor, size) }
}

extension [UInt8] {
    /// `withUnsafeBytes` for a body with typed errors.
    func withRawBytes<Output, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Output) throws(Failure) -> Output {
        let result = withUnsafeBytes { buffer -> Result<Output, Failure> in
            do throws(Failure) { return .success(try body(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
