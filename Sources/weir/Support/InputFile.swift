import Gateway
import Glibc

/// Files that a command is given; `-` is standard input.
enum InputFile {
    /// The whole content, at most 64 MiB.
    static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        switch FilePaths.contents(of: path == "-" ? "/dev/stdin" : FilePaths.absolute(path, in: FilePaths.workingDirectory), limit: 64 << 20) {
        case .success(let bytes): return bytes
        case .failure(let error): throw CommandFailure(error.message)
        }
    }
}
