import FindingModel
import Journal
import State
import Testing

@testable import Gateway

/// What the gateway says about itself, and how often.
struct NoticeWatchTests {
    private static let start: Int64 = 1_700_000_000_000
    private static let day: Int64 = 86_400_000

    /// `seconds` after the start, with the wall clock `step` milliseconds off.
    private func at(
        _ seconds: Int64, step: Int64 = 0, low: [StorageVolumes.Volume] = [], accepted: UInt64 = 0, refusals: [String: UInt64] = [:]
    ) -> GatewayObservation {
        GatewayObservation(
            wall: Timestamp(milliseconds: Self.start + seconds * 1000 + step), monotonic: 5_000_000 + seconds * 1000,
            lowDisks: low.map { .init(volume: $0, folder: "/x", free: 1, reserve: 2) },
            sources: ["shop": .init(accepted: accepted, refusals: refusals)])
    }

    private func kinds(_ watch: inout NoticeWatch, _ seen: [GatewayObservation]) -> [[String]] { seen.map { watch.observe($0).map(\.kind) } }

    @Test func aQuietGatewaySaysNothing() {
        var watch = NoticeWatch(silentAfter: ["shop": Self.day])
        for second in stride(from: Int64(0), through: 3000, by: 10) { #expect(watch.observe(at(second)).isEmpty) }
    }

    @Test func aSourceThatStopsSendingIsSilentOnceUntilItSendsAgain() {
        var watch = NoticeWatch(silentAfter: ["shop": Self.day])
        let seen = [
            at(0), at(90_000), at(100_000, accepted: 1), at(186_000, accepted: 1), at(186_400, accepted: 1), at(300_000, accepted: 1),
            at(300_010, accepted: 2), at(400_000, accepted: 2),
        ]
        #expect(kinds(&watch, seen) == [[], [], [], [], ["source_silent"], [], [], ["source_silent"]], "one that never sent is not silent")
    }

    @Test func aSourceThatFallsSilentAgainAndAgainIsToldOnceAnHour() {
        var watch = NoticeWatch(silentAfter: ["shop": 60_000])
        let seen = (0..<100).map { at(Int64($0) * 70, accepted: UInt64($0 / 2 + 1)) }
        let told = seen.flatMap { watch.observe($0) }
        #expect(told.map(\.kind) == ["source_silent", "source_silent"])
        #expect(told.first?.count == 1 && (told.last?.count ?? 0) > 10, "with the number of silences that it stands for")
    }

    @Test func whatCameBeforeTheStartCounts() {
        let before = ["shop": Timestamp(milliseconds: Self.start - Self.day + 60_000)]
        var watch = NoticeWatch(silentAfter: ["shop": Self.day], lastReceived: before)
        #expect(kinds(&watch, [at(0), at(59), at(60)]) == [[], [], ["source_silent"]])
        var never = NoticeWatch(silentAfter: [:], lastReceived: before)
        #expect(kinds(&never, [at(0), at(10_000_000)]) == [[], []])
    }

    @Test func anotherLimitCountsFromThenOn() {
        let before = ["shop": Timestamp(milliseconds: Self.start)]
        var watch = NoticeWatch(silentAfter: ["shop": Self.day], lastReceived: before)
        #expect(kinds(&watch, [at(86_390), at(86_400), at(86_410)]) == [[], ["source_silent"], []])
        watch.follow(silentAfter: ["shop": Self.day], lastReceived: before)
        #expect(kinds(&watch, [at(86_420)]) == [[]], "nothing is another than it was")
        watch.follow(silentAfter: ["shop": 2 * Self.day], lastReceived: before)
        #expect(kinds(&watch, [at(100_000), at(172_799), at(172_800)]) == [[], [], ["source_silent"]])
        watch.follow(silentAfter: [:], lastReceived: before)
        #expect(kinds(&watch, [at(900_000)]) == [[]])
        // A source that was configured while the gateway ran, and had sent before it was taken out.
        var late = NoticeWatch(silentAfter: [:])
        #expect(kinds(&late, [at(0)]) == [[]])
        late.follow(silentAfter: ["shop": Self.day], lastReceived: before)
        #expect(kinds(&late, [at(10), at(86_400)]) == [[], ["source_silent"]])
    }

    @Test func refusalsAreToldAtOnceAndThenOnceAnHour() {
        var watch = NoticeWatch(silentAfter: [:])
        #expect(watch.observe(at(0)).isEmpty)
        let first = watch.observe(at(10, refusals: ["bad_signature": 2]))
        #expect(first.map(\.summary) == ["Source shop: 2 requests refused: bad_signature 2"])
        #expect(watch.observe(at(3000, refusals: ["bad_signature": 900, "timestamp_skew": 1])).isEmpty)
        let second = watch.observe(at(3700, refusals: ["bad_signature": 900, "timestamp_skew": 1]))
        #expect(second.map(\.summary) == ["Source shop: 899 requests refused: bad_signature 898, timestamp_skew 1"])
        #expect(watch.observe(at(9000, refusals: ["bad_signature": 900, "timestamp_skew": 1])).isEmpty)
    }

    @Test func aDiskThatFlapsIsToldOnceAnHourEachWayWithHowOften() {
        var watch = NoticeWatch(silentAfter: [:])
        let seen = [at(0), at(10, low: [.journal]), at(20), at(30, low: [.journal]), at(620), at(630, low: [.journal]), at(3600, low: [.journal])]
        #expect(kinds(&watch, seen) == [[], ["disk_low"], ["disk_low"], [], [], [], []])
        let told = watch.observe(at(3610, low: [.journal]))
        #expect(told.map(\.kind) == ["disk_low"] && told.first?.summary.contains("it changed 3 times") == true)
        #expect(watch.observe(at(9000, low: [.journal])).isEmpty)
    }

    @Test func eachDiskIsToldOnItsOwn() {
        var watch = NoticeWatch(silentAfter: [:])
        let notices = [at(0, low: [.data]), at(10, low: [.data, .journal]), at(700, low: [.journal])].map { watch.observe($0) }
        #expect(notices.map(\.count) == [1, 1, 1])
        #expect(notices.map { $0[0].summary.contains("data folder's disk has less") } == [true, false, false])
        #expect(notices[2][0].summary == "The data folder's disk has room again: what was kept is understood and delivered")
    }

    @Test func aDiskBelowTheReserveIsNamedWithWhatItHasLeft() {
        let volumes = StorageVolumes(folders: [.journal: "/j", .data: "/d"], reserve: DiskReserve(bytes: 100 << 20, percent: 10)) { folder in
            folder == "/d" ? DiskSpace(free: 150 << 20, total: 2000 << 20) : DiskSpace(free: 150 << 20, total: 1000 << 20)
        }
        let sentences = volumes.low().map(\.sentence)
        #expect(sentences.count == 1 && sentences[0].hasPrefix("the disk of /d has 150 MiB left, less than the reserve of 200 MiB"), "\(sentences)")
    }

    @Test(arguments: [(3_600_000, "forward by 3600.0 s"), (-2_500, "back by 2.5 s")] as [(Int64, String)])
    func aClockThatIsSetIsTold(step: Int64, words: String) {
        var watch = NoticeWatch(silentAfter: [:])
        #expect(watch.observe(at(0)).isEmpty)
        #expect(watch.observe(at(10, step: 1999)).isEmpty)
        let told = watch.observe(at(20, step: 1999 + step))
        #expect(told.map(\.kind) == ["clock_step"] && told.first?.summary.contains(words) == true)
        #expect(watch.observe(at(30, step: 1999 + step)).isEmpty)
    }

    @Test func aClockThatIsSetAgainAndAgainIsToldOnceAnHourWithHowOften() {
        var watch = NoticeWatch(silentAfter: [:])
        let seen = (0..<500).map { at(Int64($0) * 10, step: $0 % 10 < 5 ? 0 : 60_000) }
        let told = seen.flatMap { watch.observe($0) }
        #expect(told.map(\.kind) == ["clock_step", "clock_step"] && told.map(\.count) == [1, 72], "\(told.map(\.count))")
    }
}
