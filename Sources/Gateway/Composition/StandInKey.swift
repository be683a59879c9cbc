import Digests
import Glibc

/// The key that decides how names of sources that do not exist are answered, kept in the data folder so that a restart changes no answer.
enum StandInKey {
    private static let length = 32

    /// The key in `folder`, made when there is none; where it can be neither read nor kept it holds for this process.
    static func load(folder: String) -> [UInt8] {
        let path = folder + "/stand-ins"
        if let kept = read(path) { return kept }
        let new = RandomBytes.secure(length)
        // What is not a whole key is left from a crash.
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return new }
        defer { close(descriptor) }
        if write(descriptor, new, new.count) != new.count { unlink(path) }
        return new
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: length + 1)
        guard Glibc.read(descriptor, &bytes, bytes.count) == length else { return nil }
        return Array(bytes.prefix(length))
    }
}
