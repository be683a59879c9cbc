import Glibc

/// Why a file cannot be used at present.
struct FileFailure: Error, Hashable {
    /// One clause that names the file.
    let message: String

    init(_ message: String) { self.message = message }

    /// There is a file of somebody else where one of ours would be.
    static func somethingElse(_ path: String) -> FileFailure {
        FileFailure("\(path) is there already and holds something else than changes")
    }

    /// What the system said about `action` on `path`.
    init(_ path: String, _ action: String, errno code: Int32 = errno) {
        message = "\(path) cannot be \(action): \(String(cString: strerror(code)))"
    }
}
