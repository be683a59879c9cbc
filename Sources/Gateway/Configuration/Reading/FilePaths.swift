import CDispatch
import Glibc

/// A file that cannot be used, in one sentence.
package struct FileError: Error, Equatable, Sendable {
    package let message: String
    /// What to do about it, where that is known.
    package var hint: String?
}

/// Paths and small files.
package enum FilePaths {
    /// `path` as it stands when it is absolute, otherwise below `directory`; `.` and `..` are resolved without looking at the disk.
    package static func absolute(_ path: String, in directory: String) -> String {
        let whole = path.utf8.first == UInt8(ascii: "/") ? path : directory + "/" + path
        var parts: [String] = []
        for part in whole.utf8.split(separator: UInt8(ascii: "/")).map({ String(decoding: Array($0), as: UTF8.self) }) {
            switch part {
            case ".": break
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The folder that holds `path`.
    package static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }

    /// An absolute path without links, as far as it is there.
    package static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else {
            let parent = folder(of: path)
            guard parent != path, let name = path.split(separator: "/").last else { return path }
            let above = resolved(parent)
            return above == "/" ? "/\(name)" : "\(above)/\(name)"
        }
        defer { free(real) }
        return String(cString: real)
    }

    /// The process's working folder.
    package static var workingDirectory: String {
        guard let buffer = getcwd(nil, 0) else { return "/" }
        defer { free(buffer) }
        return String(cString: buffer)
    }

    /// The whole file, when it holds at most `limit` bytes.
    package static func contents(of path: String, limit: Int) -> Result<[UInt8], FileError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(FileError(message: "cannot read \(path): \(errorText(errno))")) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(FileError(message: "cannot read \(path): \(errorText(errno))")) }
            if count == 0 { return .success(bytes) }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { return .failure(FileError(message: "\(path) is larger than \(limit >> 10) KiB")) }
        }
    }

    /// The text of a file.
    package static func text(of path: String, limit: Int) -> Result<String, FileError> {
        contents(of: path, limit: limit).flatMap { bytes in
            // UTF-16 without its mark is UTF-8 with zeros.
            let isWide = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) || bytes.contains(0)
            guard !isWide, let text = String(validating: bytes, as: UTF8.self) else {
                let hint = "save it as UTF-8" + (isWide ? ": iconv -f UTF-16 -t UTF-8 \(ShellWord.quoted(path)) > NEW" : "")
                return .failure(FileError(message: "\(path) is \(isWide ? "UTF-16 or binary, and " : "")not UTF-8", hint: hint))
            }
            return .success(text)
        }
    }

    /// Names of the folders and files in `directory`, sorted.
    package static func entries(of directory: String) -> Result<[String], FileError> {
        guard let handle = opendir(directory) else { return .failure(FileError(message: "cannot read the folder \(directory): \(errorText(errno))")) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return .success(names.sorted())
    }

    /// Whether anything is at `path`.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether nothing is at `path`, for certain: not where a folder above it may not be looked into.
    package static func isAbsent(_ path: String) -> Bool { access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR) }

    /// Whether `path` is a folder.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// What the system says about `code`.
    package static func errorText(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "it is a folder"
        case ENOTDIR: "a part of the path is no folder"
        default: String(cString: strerror(code))
        }
    }
}
