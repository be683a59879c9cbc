import Glibc

/// Tells a file that changes were appended to from any other, which is neither cut, continued nor renamed.
package enum ChangeLines {
    /// What every line begins with.
    private static let beginning = Array(#"{"specversion":"1.0","id":""#.utf8)
    /// What follows the id; a source of ours begins so.
    private static let source = Array(#"","source":"/"#.utf8)
    /// Bytes in which both stand: an id takes up to 49.
    private static let headSize = 256

    /// Whether the file at `path` holds something, and that is none of ours, or is no regular file; one that cannot be read is not judged.
    package static func isSomethingElse(at path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        guard status.st_mode & S_IFMT == S_IFREG else { return true }
        return (try? isSomethingElse(descriptor, path, size: Int(status.st_size))) ?? false
    }

    /// The same of an open file.
    static func isSomethingElse(_ descriptor: Int32, _ path: String, size: Int) throws(FileFailure) -> Bool {
        let head = try ChangeFile.read(descriptor, path, 0..<min(size, headSize))
        guard head.first == 0 else { return !isBeginning(head, isAll: head.count == size) }
        // Blocks that a power cut kept from the disk, at most as many as one batch takes; what else of it came there is text.
        guard size <= TailRepair.window else { return true }
        return try !ChangeFile.read(descriptor, path, 0..<size).allSatisfy { $0 == 0 || $0 == UInt8(ascii: "\n") || $0 >= 0x20 }
    }

    /// Whether a file of ours can begin so.
    ///
    /// - Parameter isAll: Whether there is nothing more, so that it may have been torn amid its first line.
    static func isBeginning(_ head: [UInt8], isAll: Bool) -> Bool {
        guard head.starts(with: beginning) else { return isAll && beginning.starts(with: head) }
        let rest = head.dropFirst(beginning.count)
        let id = rest.prefix { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        let behind = rest.dropFirst(id.count)
        return behind.starts(with: source) || isAll && source.starts(with: behind)
    }
}
