import FindingModel
import State

/// Decides what the gateway has to say about itself, from what it sees every few seconds; says each thing when it begins, and then rarely.
struct NoticeWatch: Sendable {
    /// Between two notices of one kind and subject.
    static let pause = NoticeLimit.pause
    /// How far the wall clock may part from one that is never set before that is a step: slewing takes hours for it.
    static let clockStep: Int64 = 2000

    private var silence: SilenceWatch
    private var refusals: [String: Told] = [:]
    private var disks: [StorageVolumes.Volume: Disk] = [:]
    private var clockOffset: Int64?
    private var clock = NoticeLimit()

    /// What was seen of a disk, and told.
    private struct Disk {
        var isLow = false
        /// How often it became low, or had room again, since that was told.
        var switches = 0
        /// When it was told last that it is low, and that it is not.
        var toldAt: [Bool: Int64] = [:]
    }

    /// What was told of a source's refusals, and when.
    private struct Told {
        var counts: [String: UInt64]
        var at: Int64
    }

    /// - Parameters:
    ///   - silentAfter: Milliseconds without an event after which a source that used to send is silent, by source; left out for never.
    ///   - lastReceived: When each source's newest receipt came before the start.
    init(silentAfter: [String: Int64], lastReceived: [String: Timestamp] = [:]) {
        silence = SilenceWatch(after: silentAfter, lastReceived: lastReceived)
    }

    /// Goes on with other sources or other limits; what was told of those that stay is not told again.
    mutating func follow(silentAfter: [String: Int64], lastReceived: [String: Timestamp]) {
        silence.follow(after: silentAfter, lastReceived: lastReceived)
    }

    mutating func observe(_ seen: GatewayObservation) -> [GatewayNotice] {
        var notices = silence.observe(seen)
        for (name, source) in seen.sources.sorted(by: { $0.key < $1.key }) {
            if let notice = refused(name, source.refusals, at: seen.monotonic) { notices.append(notice) }
        }
        notices += StorageVolumes.Volume.allCases.compactMap { disk($0, seen) }
        if let step = clockStep(seen), let notice = clock.admit(.clockStep(milliseconds: step), at: seen.monotonic) { notices.append(notice) }
        return notices + clock.due(at: seen.monotonic)
    }

    private mutating func refused(_ name: String, _ counts: [String: UInt64], at now: Int64) -> GatewayNotice? {
        let told = refusals[name]
        if let told, now - told.at < Self.pause { return nil }
        let new = counts.compactMapValues { $0 }.reduce(into: [String: UInt64]()) { new, count in
            let before = told?.counts[count.key] ?? 0
            if count.value > before { new[count.key] = count.value - before }
        }
        guard !new.isEmpty else { return nil }
        refusals[name] = Told(counts: counts, at: now)
        return GatewayNotice.refusals(source: name, counts: new)
    }

    private mutating func disk(_ volume: StorageVolumes.Volume, _ seen: GatewayObservation) -> GatewayNotice? {
        let isLow = seen.lowDisks.contains { $0.volume == volume }
        var disk = disks[volume] ?? Disk()
        defer { disks[volume] = disk }
        if isLow != disk.isLow { disk.switches += 1 }
        disk.isLow = isLow
        guard disk.switches > 0, disk.toldAt[isLow].map({ seen.monotonic - $0 >= Self.pause }) ?? true else { return nil }
        disk.toldAt[isLow] = seen.monotonic
        defer { disk.switches = 0 }
        return .disk(volume, isLow: isLow, switches: disk.switches)
    }

    /// How far the clock was set since the last look.
    private mutating func clockStep(_ seen: GatewayObservation) -> Int64? {
        let offset = seen.wall.milliseconds - seen.monotonic
        // What slewing makes of it over the days is no step.
        defer { clockOffset = offset }
        guard let before = clockOffset, case let step = offset - before, step.magnitude >= UInt64(Self.clockStep) else { return nil }
        return step
    }
}
