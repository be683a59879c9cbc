import FindingModel
import Glibc
import Logging

/// Writes each event as one line to standard error: `2026-03-02T10:00:00.000Z warning ingest: refused source=shop reason=bad_signature`.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level = .info
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes one line with its newline, and must not wait; the queue to standard error when left out.
    package init(label: String, write: @escaping @Sendable ([UInt8]) -> Void = { LogQueue.standardError.write($0) }) {
        self.label = label
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let more = metadataProvider?.get() { fields.merge(more) { $1 } }
        if let more = event.metadata { fields.merge(more) { $1 } }
        var line = Array("\(Self.now().rfc3339) \(event.level) \(label): ".utf8)
        LogText.append("\(event.message)", to: &line)
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line.append(UInt8(ascii: " "))
            LogText.append(key, to: &line)
            line.append(UInt8(ascii: "="))
            LogText.appendValue("\(value)", to: &line)
        }
        if let error = event.error {
            line += Array(" error=".utf8)
            LogText.appendValue("\(error)", to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        write(line)
    }

    private static func now() -> Timestamp {
        SystemClock.now()
    }
}
