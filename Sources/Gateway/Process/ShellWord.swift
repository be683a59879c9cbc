import CDispatch
import Foundation
import Glibc

/// Words of commands that are shown for a person to copy.
package enum ShellWord {
    /// `word` as a POSIX shell takes it for one.
    package static func quoted(_ word: String) -> String {
        let isPlain = !word.utf8.isEmpty && word.utf8.allSatisfy { Self.isPlain($0) || "@%+=:,".utf8.contains($0) }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Whether the byte means itself in a shell and in YAML, wherever it stands: those of usual paths.
    package static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "/._-".utf8.contains(byte)
        }
    }

    /// `script` as the person who gives the command can give it: as the user to whom `folder` belongs, where that is another one.
    package static func script(_ script: String, writingIn folder: String) -> String {
        var status = stat()
        let person = ProcessInfo.processInfo.environment["SUDO_UID"].flatMap { uid_t($0) } ?? geteuid()
        guard stat(folder, &status) == 0, status.st_uid != person else { return "(\(script))" }
        return "sudo -u \(user(status.st_uid)) sh -c \(quoted(script))"
    }

    /// A user behind `sudo -u`: one without a name by the number (sudo(8)).
    package static func user(_ user: uid_t) -> String {
        guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return "'#\(user)'" }
        return quoted(String(cString: name))
    }
}
