import Delivery
import FindingModel
import Glibc
import JSONDocument
import Synchronization

@testable import Sinks

/// A file in a folder that can be taken away.
final class FileHarness: SinkHarness {
    private let folder: TemporaryFolder
    private let disk = BrokenDisk()
    private var inner: String { folder.path + "/inner" }

    init(_ folder: TemporaryFolder) throws {
        self.folder = folder
        guard mkdir(folder.path + "/inner", 0o700) == 0 else { throw PeerError.socket(errno) }
    }

    func makeSink(_ clock: any DeliveryClock) throws -> any EventSink {
        SmallBatches(try FileSink(name: "archive", options: FileSinkOptions(path: inner + "/changes.ndjson"), calls: disk.calls))
    }

    /// So that a thousand changes are many calls, of which some can fail.
    private final class SmallBatches: EventSink {
        private let sink: any EventSink
        let limits = SinkLimits(count: 7, bytes: 1 << 20)

        init(_ sink: any EventSink) { self.sink = sink }

        var name: String { sink.name }
        var type: String { sink.type }

        func deliver(_ batch: [Change]) async -> DeliveryOutcome { await sink.deliver(batch) }

        func close() async { await sink.close() }
    }

    func received() throws -> [String] {
        let bytes = contents(of: inner + "/changes.ndjson") ?? contents(of: inner + ".away/changes.ndjson") ?? []
        // The last line may be in the making.
        let whole = bytes[..<(bytes.lastIndex(of: UInt8(ascii: "\n")) ?? 0)]
        return try whole.split(separator: UInt8(ascii: "\n")).compactMap { try JSONValue(parsing: Array($0))["id"]?.stringValue }
    }

    func fail(_ isFailing: Bool) { rename(isFailing ? inner : inner + ".away", isFailing ? inner + ".away" : inner) }

    func meet(_ plan: FaultPlan?) { disk.break(plan.map { .planned($0) } ?? .none) }

    /// What was not acknowledged is cut off again, so that only a crash repeats a batch.
    var tellsRepetitions: Bool { true }
    /// A disk does not read what it is given.
    var knowsChanges: Bool { false }
}
