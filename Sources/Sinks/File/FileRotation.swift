import Glibc

/// Gives a full file its number: `changes.ndjson` becomes `changes.ndjson.1`, the one before it `.2`, and so on.
struct FileRotation: Hashable, Sendable {
    /// The size at which a new file begins.
    let bytes: Int
    /// Numbered files that are kept; an older one is removed.
    let keep: Int

    /// Whether `more` bytes would make a file of `size` too large; one that holds nothing takes anything.
    func isDue(size: Int, more: Int) -> Bool { size > 0 && more > bytes - size }

    /// Renames; at any moment of it a crash leaves every file under some name, and the next call goes on from there.
    ///
    /// A file of somebody else that has one of the names stays what it is, and so does everything else.
    func rotate(_ path: String, isSomethingElse: (_ path: String) -> Bool = ChangeLines.isSomethingElse(at:)) throws(FileFailure) {
        let free = (1...keep).first { access("\(path).\($0)", F_OK) != 0 } ?? keep
        let names = (1...free).map { "\(path).\($0)" } + surplus(of: path)
        if let foreign = names.first(where: isSomethingElse) { throw FileFailure.somethingElse(foreign) }
        try remove("\(path).\(keep)", when: free == keep)
        for number in stride(from: free - 1, through: 1, by: -1) { try rename("\(path).\(number)", "\(path).\(number + 1)") }
        try rename(path, "\(path).1")
        for name in surplus(of: path) { try remove(name, when: true) }
        try ChangeFile.synchronizeFolder(of: path)
    }

    /// Files behind the last number, which a smaller `keep` than before leaves.
    private func surplus(of path: String) -> [String] {
        var names: [String] = []
        while case let name = "\(path).\(keep + 1 + names.count)", access(name, F_OK) == 0 { names.append(name) }
        return names
    }

    private func remove(_ path: String, when condition: Bool) throws(FileFailure) {
        guard condition, unlink(path) != 0, errno != ENOENT else { return }
        throw FileFailure(path, "removed")
    }

    private func rename(_ old: String, _ new: String) throws(FileFailure) {
        guard Glibc.rename(old, new) == 0 else { throw FileFailure(old, "renamed") }
    }
}
