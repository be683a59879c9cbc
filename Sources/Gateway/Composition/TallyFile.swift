import CDispatch
import Dispatch
import FindingModel
import Glibc
import Ingest
import JSONDocument

/// What was received and refused in all runs of the gateway, in a file of the data folder, replaced as a whole.
///
/// A count, no proof: what came since it was last written is lost with a kill, and a damaged one begins anew.
struct TallyFile: Sendable {
    private static let sizeMax = 16 << 20

    let path: String

    init(_ storage: StorageSettings) { path = storage.data + "/tallies" }

    /// What was counted, by source; empty where nothing, or nothing readable, is there.
    func read() -> [String: SourceTally] {
        var status = stat()
        // A pipe would keep the caller waiting for its other end.
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            case .success(let bytes) = FilePaths.contents(of: path, limit: Self.sizeMax), let value = try? JSONValue(parsing: bytes),
            let sources = value["sources"]?.objectValue
        else { return [:] }
        return Dictionary(sources.map { ($0.name, Self.tally($0.value)) }, uniquingKeysWith: { $1 })
    }

    /// Writes all of it; a failure costs what is counted, and nothing else.
    func write(_ tallies: [String: SourceTally]) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("sources")
        writer.beginObject()
        for (name, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            writer.key(name)
            Self.write(tally, to: &writer)
        }
        writer.endObject()
        writer.endObject()
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let bytes = writer.bytes
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        if written == bytes.count { rename(temporary, path) } else { unlink(temporary) }
    }

    private static func write(_ tally: SourceTally, to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, count) in [("accepted", tally.accepted), ("duplicates", tally.duplicates), ("late", tally.late), ("bytes", tally.bytes)] {
            writer.key(name)
            writer.unsigned(count)
        }
        writer.key("refusals")
        writer.beginObject()
        for (reason, count) in tally.refusals.sorted(by: { $0.key < $1.key }) {
            writer.key(reason)
            writer.unsigned(count)
        }
        writer.endObject()
        writer.key("last_refusals")
        writer.beginArray()
        for refusal in tally.lastRefusals { write(refusal, to: &writer) }
        writer.endArray()
        writer.endObject()
    }

    private static func write(_ refusal: RefusalRecord, to writer: inout JSONWriter) {
        let texts = [
            ("time", refusal.time.rfc3339), ("reason", refusal.reason), ("detail", refusal.detail), ("peer", refusal.peer), ("sha256", refusal.bodySHA256),
        ]
        writer.beginObject()
        for (name, text) in texts {
            guard let text else { continue }
            writer.key(name)
            writer.string(text)
        }
        for (name, number) in [("status", refusal.status), ("size", refusal.size)] {
            writer.key(name)
            writer.integer(Int64(number))
        }
        writer.endObject()
    }

    private static func tally(_ value: JSONValue) -> SourceTally {
        func count(_ name: String) -> UInt64 { UInt64(clamping: value[name]?.integerValue ?? 0) }
        let refusals = (value["refusals"]?.objectValue ?? []).map { ($0.name, UInt64(clamping: $0.value.integerValue ?? 0)) }
        return SourceTally(
            accepted: count("accepted"), duplicates: count("duplicates"), late: count("late"), bytes: count("bytes"),
            refusals: Dictionary(refusals, uniquingKeysWith: { $1 }), lastRefusals: (value["last_refusals"]?.arrayValue ?? []).compactMap(refusal))
    }

    private static func refusal(_ value: JSONValue) -> RefusalRecord? {
        guard let time = value["time"]?.stringValue.flatMap({ Timestamp(rfc3339: $0.utf8) }), let reason = value["reason"]?.stringValue else { return nil }
        return RefusalRecord(
            time: time, status: Int(clamping: value["status"]?.integerValue ?? 0), reason: reason, detail: value["detail"]?.stringValue,
            peer: value["peer"]?.stringValue ?? "", size: Int(clamping: value["size"]?.integerValue ?? 0), bodySHA256: value["sha256"]?.stringValue)
    }
}

/// Keeps the file up with what the running gateway counts.
final class TallyKeeper: Sendable {
    /// How often it is written while something comes.
    static let interval = Duration.seconds(10)

    /// What was counted before this start.
    let earlier: [String: SourceTally]
    private let file: TallyFile
    private let current: @Sendable () -> [String: SourceTally]
    private let queue: DispatchQueue
    private let task: Task<Void, Never>

    init(_ file: TallyFile, every interval: Duration = TallyKeeper.interval, current: @escaping @Sendable () -> [String: SourceTally]) {
        let earlier = file.read()
        self.earlier = earlier
        self.file = file
        self.current = current
        let queue = DispatchQueue(label: "weir.tallies")
        self.queue = queue
        task = Task {
            var written = Self.total(current())
            while (try? await Task.sleep(for: interval)) != nil {
                let now = current()
                guard Self.total(now) != written else { continue }
                written = Self.total(now)
                await Self.write(earlier.merging(now) { $0.adding($1) }, to: file, on: queue)
            }
        }
    }

    /// Writes what was counted last.
    func stop() async {
        task.cancel()
        await task.value
        await Self.write(earlier.merging(current()) { $0.adding($1) }, to: file, on: queue)
    }

    /// Writes on a thread that may wait for the disk.
    private static func write(_ tallies: [String: SourceTally], to file: TallyFile, on queue: DispatchQueue) async {
        await withCheckedContinuation { written in
            queue.async {
                file.write(tallies)
                written.resume()
            }
        }
    }

    private static func total(_ tallies: [String: SourceTally]) -> UInt64 {
        tallies.values.reduce(0) { $0 &+ $1.accepted &+ $1.refusals.values.reduce(0, &+) }
    }
}
