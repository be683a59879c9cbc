import Glibc

/// Standard output, written whole and at once.
enum StandardOutput {
    static func line(_ text: String) { write(Array(text.utf8) + [UInt8(ascii: "\n")]) }

    /// Ends the process quietly when nobody reads any more.
    static func write(_ bytes: [UInt8]) { FileDescriptorOutput.write(bytes, to: STDOUT_FILENO) }
}

/// Standard error.
enum StandardError {
    static func line(_ text: String) { FileDescriptorOutput.write(Array(text.utf8) + [UInt8(ascii: "\n")], to: STDERR_FILENO) }
}

private enum FileDescriptorOutput {
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                guard count >= 0 else {
                    if errno == EPIPE { ProcessExit.now(0) }
                    return
                }
                rest = rest.dropFirst(count)
            }
        }
    }
}
