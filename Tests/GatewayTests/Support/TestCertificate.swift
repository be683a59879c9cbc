import Foundation
import Testing

/// A certificate that signs itself, made by openssl(1).
enum TestCertificate {
    /// Writes `name.pem` and `name.key` into the folder at `path`.
    ///
    /// - Parameters:
    ///   - days: how long it is good for.
    ///   - more: further arguments of `openssl req`.
    static func write(_ name: String, in path: String, days: Int, _ more: [String] = []) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "\(days)", "-subj", "/CN=\(name)"]
            + ["-keyout", "\(path)/\(name).key", "-out", "\(path)/\(name).pem"] + more
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
