import Foundation

/// A certificate for `weir` that signs itself, made by openssl(1).
enum TestCertificate {
    /// Writes `name.pem` and `name.key` into the folder at `path`.
    ///
    /// - Parameter days: how long it is good for.
    static func write(_ name: String, in path: String, days: Int) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "\(days)", "-subj", "/CN=weir"]
            + ["-keyout", "\(path)/\(name).key", "-out", "\(path)/\(name).pem"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }
}
