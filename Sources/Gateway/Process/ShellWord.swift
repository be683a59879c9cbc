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
}
