import Delivery
import Dispatch
import FindingModel
import JSONDocument
import Synchronization

/// Appends changes to a file, one line of CloudEvents JSON each, and calls a batch delivered when it is on disk.
package final class FileSink: EventSink {
    package let name: String
    package let limits = SinkLimits(count: 2000, bytes: 4 << 20)
    private let path: String
    private let rotation: FileRotation?
    private let calls: FileCalls
    /// Where the calls that block are made.
    private let queue: DispatchQueue
    private let file = Mutex<ChangeFile?>(nil)

    package static let type = "file"

    /// The file is opened with the first batch.
    package convenience init(name: String, options: FileSinkOptions) throws(SinkError) {
        try self.init(name: name, options: options, calls: .system)
    }

    init(name: String, options: FileSinkOptions, calls: FileCalls) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.calls = calls
        path = options.path
        rotation = options.rotateBytes.map { FileRotation(bytes: $0, keep: options.keep) }
        queue = DispatchQueue(label: "weir.sink.\(name)")
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        var writer = JSONWriter(capacity: batch.reduce(0) { $0 + $1.data.bytes.count + 512 })
        for change in batch {
            change.cloudEvent(to: &writer)
            writer.newline()
        }
        let lines = writer.bytes
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.append(lines)) }
        }
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.file.withLock { $0 = nil }
                continuation.resume()
            }
        }
    }

    private func append(_ lines: [UInt8]) -> DeliveryOutcome {
        file.withLock { file in
            do throws(FileFailure) {
                var open = try takeOpen(&file)
                if let rotation, rotation.isDue(size: try open.size(), more: lines.count) {
                    try rotation.rotate(path)
                    open = try ChangeFile(opening: path, calls: calls)
                }
                try open.append(lines)
                file = consume open
                return .delivered(status: nil, id: nil)
            } catch {
                return .retry(DeliveryFailure(AnswerText.line(Array(error.message.utf8), limit: 400), isOfSink: true))
            }
        }
    }

    /// The open file, taken out of `file`; opened anew when there is none, or when its name leads elsewhere by now.
    private func takeOpen(_ file: inout ChangeFile?) throws(FileFailure) -> ChangeFile {
        if let open = file.take(), open.isInPlace { return open }
        return try ChangeFile(opening: path, calls: calls)
    }
}
