import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, Sendable {
    /// The call's name.
    package let call: String
    /// The value of `errno`.
    package let number: Int32

    package init(_ call: String, _ number: Int32 = errno) {
        self.call = call
        self.number = number
    }

    /// The system's words for it.
    package var reason: String {
        switch number {
        case ELOOP: "it is a symbolic link"
        case EMLINK: "it has a second name"
        case EISDIR: "it is a folder"
        case ENXIO: "it is no ordinary file"
        default: String(cString: strerror(number))
        }
    }

    /// Whether it would have worked with more room on the disk.
    package var isOutOfSpace: Bool { number == ENOSPC || number == EDQUOT }

    /// Whether there is no such file.
    package var isMissingFile: Bool { number == ENOENT }
}
