import Synchronization

/// What everybody may know about a running journal, without waiting for its writer.
final class JournalStatus: Sendable {
    private struct Names {
        var segments: [UInt64]
        var tag: String
        var erasures: Erasures
        var end: ChainPosition
        var configuration: ConfigurationInForce?
    }

    private let stallMilliseconds: Int64
    private let monotonic: @Sendable () -> Int64
    private let durable: Atomic<UInt64>
    private let failed = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let reserveReached = Atomic<Bool>(false)
    /// When the write that is under way began; 0 when there is none.
    private let writeStarted = Atomic<Int64>(0)
    private let names: Mutex<Names>
    /// The receipts whose bodies were seen to be gone, which they stay while the directory is locked; held while one is erased.
    let erasing = Mutex<Set<UInt64>>([])
    private let waiterCount = Atomic<Int>(0)
    private let waiters = Mutex<[ThreadSignal]>([])
    private let idleSignals = Mutex<[ThreadSignal]>([])

    init(
        end: ChainPosition, segments: [UInt64], tag: String, erasures: Erasures, configuration: ConfigurationInForce?, stallMilliseconds: Int64,
        monotonic: @escaping @Sendable () -> Int64
    ) {
        durable = Atomic(end.nextNumber - 1)
        names = Mutex(Names(segments: segments, tag: tag, erasures: erasures, end: end, configuration: configuration))
        self.stallMilliseconds = stallMilliseconds
        self.monotonic = monotonic
    }

    var watermark: UInt64 { durable.load(ordering: .sequentiallyConsistent) }
    var segments: [UInt64] { names.withLock { $0.segments } }
    var tag: String { names.withLock { $0.tag } }
    /// The last `config` entry.
    var configuration: ConfigurationInForce? { names.withLock { $0.configuration } }
    var erasures: Erasures { names.withLock { $0.erasures } }

    /// The last durable batch's number and hash; nothing before the first.
    var head: JournalHead? {
        names.withLock { names in
            names.end.nextNumber > 1 ? JournalHead(tag: names.tag, number: names.end.nextNumber - 1, hash: names.end.previousHash) : nil
        }
    }
    var isFailed: Bool { failed.load(ordering: .acquiring) }
    var isStopping: Bool { stopping.load(ordering: .acquiring) }
    var isReserveReached: Bool { reserveReached.load(ordering: .relaxed) }

    var availability: JournalAvailability {
        if isFailed { return .failed }
        if isStopping { return .stopping }
        let started = writeStarted.load(ordering: .relaxed)
        if started != 0, monotonic() - started > stallMilliseconds { return .stalled }
        return isReserveReached ? .diskReserve : .ready
    }

    func writeBegan() { writeStarted.store(monotonic(), ordering: .relaxed) }
    func writeEnded() { writeStarted.store(0, ordering: .relaxed) }
    func setReserveReached(_ reached: Bool) { reserveReached.store(reached, ordering: .relaxed) }
    func setTag(_ tag: String) { names.withLock { $0.tag = tag } }
    func setConfiguration(_ configuration: ConfigurationInForce?) { names.withLock { $0.configuration = configuration } }
    func addSegment(_ first: UInt64) { names.withLock { $0.segments.append(first) } }
    func forgetErasures(_ marks: [EntryMark]) { names.withLock { $0.erasures.forget(marks) } }
    func decideErasures(_ numbers: Set<UInt64>) { names.withLock { $0.erasures.decide(numbers) } }

    /// Marks the journal as failed; says whether it was not before.
    func fail() -> Bool { !failed.exchange(true, ordering: .acquiringAndReleasing) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wakeWaiters()
    }

    /// Lets readers see the entries before `end`, which are durable.
    func publish(_ end: ChainPosition) {
        names.withLock { $0.end = end }
        durable.store(end.nextNumber - 1, ordering: .sequentiallyConsistent)
        if waiterCount.load(ordering: .sequentiallyConsistent) > 0 { wakeWaiters() }
    }

    /// Blocks the calling thread until the watermark is above `number`, the time is up or the journal stops.
    func waitForEntries(after number: UInt64, milliseconds: Int) -> Bool {
        if watermark > number { return true }
        let deadline = monotonicNow() + Int64(max(0, min(milliseconds, 1 << 40)))
        guard let signal = idleSignals.withLock({ $0.popLast() }) ?? (try? ThreadSignal()) else {
            // Without a descriptor to wait on, a short pause still keeps the caller from spinning.
            ThreadSignal.pause(milliseconds: min(milliseconds, 10))
            return watermark > number
        }
        waiters.withLock { $0.append(signal) }
        waiterCount.add(1, ordering: .sequentiallyConsistent)
        defer {
            waiterCount.subtract(1, ordering: .sequentiallyConsistent)
            waiters.withLock { $0.removeAll { $0 === signal } }
            idleSignals.withLock { if $0.count < 8 { $0.append(signal) } }
        }
        while watermark <= number {
            let rest = deadline - monotonicNow()
            if rest <= 0 || isStopping { return false }
            signal.wait(milliseconds: Int(rest))
        }
        return true
    }

    private func wakeWaiters() {
        waiters.withLock { for waiter in $0 { waiter.signal() } }
    }

    /// Waiting is measured by the real clock, also where tests control the one that stalls are measured by.
    private func monotonicNow() -> Int64 { MonotonicClock.milliseconds() }
}
