import FindingModel
import Synchronization

@testable import Journal

/// A clock that a test moves.
final class ManualClock: Sendable {
    private let value: Atomic<Int64>

    init(_ start: Int64 = SegmentBuilder.time.milliseconds) { value = Atomic(start) }

    var milliseconds: Int64 {
        get { value.load(ordering: .relaxed) }
        set { value.store(newValue, ordering: .relaxed) }
    }

    func advance(_ milliseconds: Int64) { value.add(milliseconds, ordering: .relaxed) }
}

/// What was said to be final.
final class FatalErrors: Sendable {
    private let list = Mutex<[JournalError]>([])

    var all: [JournalError] { list.withLock { $0 } }
    func add(_ error: JournalError) { list.withLock { $0.append(error) } }
}

extension SimulatedDisk {
    static let directory = "/journal"

    /// A disk with too little room for a prepared segment, so that the writer alone uses it.
    static func withoutSpare() -> SimulatedDisk {
        let disk = SimulatedDisk()
        disk.setSpace(free: 1000)
        return disk
    }

    /// Options of a journal on this disk, with small segments.
    func options(
        segmentBytes: Int = 64 << 10, seed: UInt64 = 1, clock: ManualClock = ManualClock(), fatal: FatalErrors = FatalErrors()
    ) -> SegmentJournalOptions {
        let random = Mutex(SeededGenerator(seed: seed))
        var options = SegmentJournalOptions(directory: Self.directory) { fatal.add($0) }
        options.segmentBytes = segmentBytes
        options.diskReserve = .none
        options.fileSystem = fileSystem
        options.clock = { Timestamp(milliseconds: clock.milliseconds) }
        options.random = { count in random.withLock { $0.bytes(count) } }
        return options
    }

    func path(_ first: UInt64) -> String { Self.directory + "/" + SegmentName.name(first: first) }
}

extension EntryDraft {
    /// A receipt with a body of that text.
    static func receipt(_ body: String, source: String = "shop", generation: UInt64 = 0, deduplicates: Bool = false) -> EntryDraft {
        EntryDraft(
            kind: .receipt, source: source, generation: generation, peer: "192.0.2.1", body: Array(body.utf8), deduplicates: deduplicates)
    }
}

extension JournalReader {
    /// Everything up to the watermark.
    mutating func all(limit: Int = 100) throws -> [Entry] {
        var entries: [Entry] = []
        while true {
            let next = try next(limit: limit, maxBytes: 1 << 20)
            if next.isEmpty { return entries }
            entries += next
        }
    }
}

extension Entry {
    /// The body as text; nothing when it is gone.
    var text: String? { body.bytes.map { String(decoding: $0, as: UTF8.self) } }
}

/// Waits for a condition without blocking the pool, up to a deadline.
func eventually(within seconds: Double = 10, _ condition: @Sendable () -> Bool) async -> Bool {
    let deadline = MonotonicClock.milliseconds() + Int64(seconds * 1000)
    while !condition() {
        if MonotonicClock.milliseconds() > deadline { return false }
        await Task.yield()
    }
    return true
}
