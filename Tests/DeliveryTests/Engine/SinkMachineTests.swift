import FindingModel
import Testing

@testable import Delivery

/// The machine's decisions, driven without clock, disk or sink.
struct SinkMachineTests {
    static let busy = DeliveryFailure("answered 503: busy", status: 503)
    static let away = DeliveryFailure("no connection", isOfSink: true)
    static let refused = DeliveryFailure("answered 400: field x is not known", status: 400)
    static let forbidden = DeliveryFailure("answered 403: no", status: 403)
    static let untrusted = DeliveryFailure("its certificate proves nothing", isOfSink: true)

    @Test func aWholeAnswerMovesTheCursorPastItsChanges() {
        var driver = MachineDriver(count: 10, Change.findings(1...25))
        #expect(driver.begin() == Array(1...10))
        driver.end(.delivered(status: 200, id: "a"))
        #expect(driver.machine.position.cursor == 10 && driver.machine.position.delivered == 10)
        #expect(driver.written.deliveries.map(\.remoteID) == ["a"])
        #expect(driver.drain { _ in .delivered(status: 200, id: nil) } == Array(11...25))
        #expect(driver.machine.isIdle && driver.balances)
    }

    @Test func aFailureOfTheSinkMovesNothingAndComesAgainUnchanged() {
        var driver = MachineDriver(count: 10, Change.findings(1...25))
        for failures in 1...20 {
            #expect(driver.begin() == Array(1...10))
            driver.end(.retry(Self.away))
            #expect(driver.begin() == nil)
            #expect(driver.machine.health.outage?.failures == failures && driver.machine.health.outage?.since == driver.start)
            driver.sleep()
        }
        #expect(driver.machine.position.cursor == 0 && driver.rows.isEmpty)
        #expect(driver.events == [.fails(Self.away)])
        #expect(driver.drain { _ in .delivered(status: 200, id: nil) } == Array(1...25))
        #expect(driver.machine.health.isHealthy && driver.events.count == 2)
    }

    @Test func anItemThatIsPutOffGetsARowAndTheOthersGoOn() {
        var driver = MachineDriver(count: 5, Change.findings(1...10))
        #expect(driver.begin() == [1, 2, 3, 4, 5])
        driver.end(.items([.delivered, .retry(Self.busy), .delivered, .superseded, .delivered], status: 200, id: nil))
        #expect(driver.machine.position.cursor == 5 && driver.rows.keys.sorted() == [2])
        #expect(driver.machine.position.delivered == 3 && driver.machine.position.superseded == 1 && driver.machine.open.count == 1)
        #expect(driver.written.deliveries.map(\.sequences) == ["1,3,5"])
        #expect(driver.begin() == [6, 7, 8, 9, 10])
        driver.end(.delivered(status: 200, id: nil))
        #expect(driver.begin() == nil)
        driver.sleep()
        #expect(driver.begin() == [2])
        driver.end(.delivered(status: 200, id: nil))
        #expect(driver.rows.isEmpty && driver.balances && driver.machine.position.delivered == 9)
    }

    @Test func laterChangesOfARecordWaitForItsRow() {
        let changes = [1, 2, 3, 4, 5, 6].map { Change.finding($0, record: $0 == 1 || $0 == 3 || $0 == 5 ? "f_a" : "f_\($0)") }
        var driver = MachineDriver(count: 2, changes)
        #expect(driver.begin() == [1, 2])
        driver.end(.items([.retry(Self.busy), .delivered], status: 200, id: nil))
        for sequence in [4, 6] as [UInt64] {
            #expect(driver.begin() == [sequence])
            driver.end(.delivered(status: 200, id: nil))
        }
        #expect(driver.machine.position.cursor == 6)
        #expect(driver.rows.mapValues(\.state) == [1: .retrying, 3: .held, 5: .held])
        driver.sleep()
        for sequence in UInt64(1)...5 where sequence % 2 == 1 {
            #expect(driver.begin() == [sequence])
            driver.end(.delivered(status: 200, id: nil))
        }
        #expect(driver.rows.isEmpty && driver.balances)
    }

    @Test func allItemsPutOffIsAFailureOfTheSink() {
        var driver = MachineDriver(count: 3, Change.findings(1...3))
        #expect(driver.begin() == [1, 2, 3])
        driver.end(.items([.retry(Self.busy), .retry(Self.busy), .retry(Self.busy)], status: 200, id: nil))
        #expect(driver.machine.position.cursor == 0 && driver.rows.isEmpty && !driver.machine.health.isHealthy)
    }

    @Test func anAnswerThatLeavesChangesOutCountsAsNone() {
        var driver = MachineDriver(count: 3, Change.findings(1...3))
        #expect(driver.begin() == [1, 2, 3])
        driver.end(.items([.delivered, .delivered], status: 200, id: nil))
        #expect(driver.machine.position.cursor == 0 && driver.machine.health.outage?.failure.reason == "the answer speaks of 2 of 3 changes")
    }

    @Test func anItemPutOffForThreeDaysWhileOthersPassIsADeadLetterAndOutagesDoNotCount() {
        var driver = MachineDriver(count: 1, Change.findings(1...3000))
        let begin = driver.now
        var outages = 0, attempts = 0
        while driver.rows[1]?.state != .dead, attempts < 2900 {
            guard let sequences = driver.begin() else {
                driver.sleep()
                continue
            }
            attempts += 1
            guard sequences == [1] else {
                driver.end(.delivered(status: 200, id: nil))
                driver.now = driver.now.advanced(byMilliseconds: 600_000)
                continue
            }
            if attempts % 3 == 0 {
                outages += 1
                driver.end(.retry(Self.away))
                driver.now = driver.now.advanced(byMilliseconds: 3_600_000)
            } else {
                driver.end(.items([.retry(DeliveryFailure("locked"))], status: 200, id: nil))
            }
        }
        #expect(driver.rows[1]?.state == .dead && driver.words[1] == "locked" && outages > 10)
        #expect(driver.now.milliseconds - begin.milliseconds > 72 * 3_600_000 + Int64(outages) * 3_600_000)
        #expect(driver.machine.dead == 1 && driver.machine.open.count == 0 && driver.balances)
    }

    /// However the sink says it: when it takes nothing at all, no change is the reason.
    @Test func changesPutOffOneByOneWithoutOneTakenAreAFailureOfTheSink() {
        var driver = MachineDriver(count: 1, Change.findings(1...200))
        var asked: Set<UInt64> = []
        var attempts = 0
        while driver.now.milliseconds - driver.start.milliseconds < 30 * 86_400_000 {
            guard let sequences = driver.begin() else {
                driver.sleep()
                continue
            }
            attempts += 1
            asked.formUnion(sequences)
            driver.end(.items([.retry(Self.busy)], status: 500, id: nil))
        }
        #expect(driver.rows.count == 10 && driver.rows.values.allSatisfy { $0.state == .retrying } && driver.machine.dead == 0)
        // Asked in turn with one that was tried and one that was not: 30 days hold 17,280 waits of 150 s.
        #expect(!driver.machine.health.isHealthy && asked.isSuperset(of: 1...100) && (15_000...19_000).contains(attempts), "\(attempts)")
        #expect(driver.events == [.fails(Self.busy)])
        #expect(Set(driver.drain { _ in .delivered(status: 200, id: nil) }) == Set(1...200))
        #expect(driver.rows.isEmpty && driver.balances && driver.machine.health.isHealthy)
    }

    @Test func oneChangeThatIsAlwaysPutOffHoldsNobodyUp() {
        var driver = MachineDriver(count: 1, Change.findings(1...50))
        let taken = driver.drain(steps: 2000) { $0 == [20] ? .items([.retry(Self.busy)], status: 500, id: nil) : .delivered(status: 200, id: nil) }
        #expect(Set(taken) == Set(1...50).subtracting([20]) && driver.machine.position.cursor == 50)
        #expect(driver.rows.mapValues(\.state) == [20: .retrying] && driver.machine.dead == 0 && driver.balances)
    }

    @Test(arguments: [DeliveryOutcome.split(refused), .reject(refused)])
    func halvesFindTheOneChangeThatIsTheReason(_ outcome: DeliveryOutcome) {
        var driver = MachineDriver(count: 16, Change.findings(1...64))
        var sizes: [Int] = []
        let taken = driver.drain { changes in
            sizes.append(changes.count)
            return changes.contains(21) ? outcome : .delivered(status: 200, id: nil)
        }
        #expect(taken == (1...64).filter { $0 != 21 })
        #expect(driver.rows.mapValues(\.state) == [21: .dead] && driver.words[21] == Self.refused.reason)
        #expect(sizes == [16, 16, 8, 4, 8, 4, 2, 1, 1, 2, 4, 8, 16, 12])
        #expect(driver.balances && driver.machine.dead == 1)
    }

    @Test func tenRefusalsInARowPauseTheSinkAndThoseChangesArePendingAgain() {
        var driver = MachineDriver(count: 1, Change.findings(1...30))
        for sequence in UInt64(1)...10 {
            #expect(driver.begin() == [sequence])
            driver.end(.reject(Self.refused))
        }
        #expect(driver.machine.health.isPaused)
        #expect(driver.rows.values.allSatisfy { $0.state == .again } && driver.rows.count == 9)
        #expect(driver.machine.dead == 0 && driver.balances)
        guard case .paused(let failure) = driver.events.last else {
            Issue.record("\(driver.events)")
            return
        }
        #expect(failure.reason == "10 changes in a row were refused, and none taken: \(Self.refused.reason)")
        // What was not tried since is, and what was refused too; none of it is a dead letter.
        var probes: [UInt64] = []
        for _ in 0..<6 {
            driver.sleep()
            let probe = driver.begin() ?? []
            #expect(probe.count == 1)
            probes += probe
            driver.end(.reject(Self.refused))
        }
        #expect(Set(probes).count == 6 && probes.filter { $0 >= 10 }.count == 3, "\(probes)")
        #expect(driver.machine.dead == 0 && driver.machine.health.isPaused && driver.machine.health.outage?.failure == failure)
        driver.sleep()
        let taken = driver.drain { _ in .delivered(status: 200, id: nil) }
        #expect(Set(taken) == Set(1...30) && taken.count == 30 && driver.rows.isEmpty && driver.balances)
    }

    @Test func refusalsWithASuccessBetweenThemAreDeadLettersOfTheirOwn() {
        var driver = MachineDriver(count: 1, Change.findings(1...40))
        let taken = driver.drain { $0[0] % 10 == 0 ? .delivered(status: 200, id: nil) : .reject(Self.refused) }
        #expect(taken == [10, 20, 30, 40])
        #expect(driver.machine.dead == 36 && driver.machine.health.isHealthy && driver.balances)
    }

    @Test func changesThatAreTheReasonThemselvesDoNotPauseTheSinkForEver() {
        var driver = MachineDriver(count: 1, Change.findings(1...40))
        let taken = driver.drain { $0[0] <= 15 ? .reject(Self.refused) : .delivered(status: 200, id: nil) }
        #expect(Set(taken) == Set(16...40))
        #expect(driver.machine.health.isHealthy && driver.machine.dead == 15 && driver.balances)
    }

    @Test func refusalsOfABatchThatOthersPassedAreNoReasonToPause() {
        var driver = MachineDriver(count: 30, Change.findings(1...30))
        #expect(driver.begin()?.count == 30)
        driver.end(.items((1...30).map { $0 == 1 ? .delivered : .reject(Self.refused) }, status: 200, id: nil))
        #expect(driver.machine.health.isHealthy && driver.machine.dead == 29 && driver.balances)
    }

    @Test func aBatchThatIsRefusedItemByItemPausesTheSink() {
        var driver = MachineDriver(count: 30, Change.findings(1...60))
        #expect(driver.begin()?.count == 30)
        driver.end(.items([ItemOutcome](repeating: .reject(Self.refused), count: 30), status: 200, id: nil))
        #expect(driver.machine.health.isPaused && driver.machine.dead == 0 && driver.rows.isEmpty)
        driver.sleep()
        #expect(Set(driver.drain { _ in .delivered(status: 200, id: nil) }) == Set(1...60))
        #expect(driver.balances)
    }

    @Test func aPausedSinkKeepsItsCursorAndIsAskedSeldom() {
        var driver = MachineDriver(count: 10, Change.findings(1...25))
        #expect(driver.begin() == Array(1...10))
        driver.end(.pause(Self.untrusted))
        #expect(driver.events == [.paused(Self.untrusted)])
        let begin = driver.now
        var probes = 0
        while driver.now.milliseconds - begin.milliseconds < 86_400_000 {
            driver.sleep()
            #expect(driver.begin() == [1])
            driver.end(probes % 2 == 0 ? .pause(Self.untrusted) : .retry(Self.away))
            probes += 1
        }
        #expect((90...200).contains(probes), "\(probes)")
        #expect(driver.machine.position.cursor == 0 && driver.rows.isEmpty && driver.events.count == 1)
        #expect(driver.machine.health.outage?.since == begin)
        driver.sleep()
        #expect(driver.drain { _ in .delivered(status: 200, id: nil) } == Array(1...25))
    }

    /// A pause that a change without a request ended would come and go with each of them.
    @Test(arguments: [DeliveryOutcome.pause(untrusted), .retry(away)])
    func aChangeThatHadNothingToTellEndsNoOutage(_ outcome: DeliveryOutcome) {
        var driver = MachineDriver(count: 1, Change.findings(1...8))
        #expect(driver.begin() == [1])
        driver.end(outcome)
        for sequence in UInt64(1)...5 {
            driver.sleep()
            #expect(driver.begin() == [sequence])
            driver.end(.items([.superseded], status: nil, id: nil))
            #expect(!driver.machine.health.isHealthy && driver.machine.health.outage?.since == driver.start)
        }
        // The next one is asked about at once, as none was asked since.
        #expect(driver.begin() == [6])
        driver.end(outcome)
        #expect(driver.begin() == nil && driver.events.count == 1)
        driver.sleep()
        #expect(driver.drain { _ in .delivered(status: 200, id: nil) } == [6, 7, 8])
        #expect(driver.machine.position.superseded == 5 && driver.balances)
    }

    @Test func aSinkThatTookATestIsAskedAtOnce() {
        var driver = MachineDriver(count: 10, Change.findings(1...5))
        #expect(driver.begin()?.count == 5)
        driver.end(.pause(Self.untrusted))
        #expect(driver.begin() == nil)
        driver.machine.hurry(at: driver.now)
        #expect(driver.begin() == [1] && driver.machine.health.outage?.since == driver.start)
    }

    @Test func theCursorStopsWhenTooManyChangesWait() {
        var policy = DeliveryPolicy()
        policy.openItemsMax = 7
        var driver = MachineDriver(count: 1, Change.findings(1...100), policy: policy)
        _ = driver.drain(steps: 200) { _ in .items([.retry(Self.busy)], status: 200, id: nil) }
        #expect(driver.machine.open.count == 7 && driver.rows.count == 7)
        #expect(driver.events.contains(.paused(driver.machine.fullness)) && driver.machine.fullness.reason.hasPrefix("7 changes wait"))
        #expect(driver.machine.shownCondition(at: driver.now) != .healthy)
        #expect(driver.machine.position.cursor == 7 && !driver.machine.wantsChanges && driver.balances)
        #expect(Set(driver.drain { _ in .delivered(status: 200, id: nil) }) == Set(1...100))
        #expect(driver.machine.isIdle && driver.balances)
    }

    @Test func severalRequestsAreUnderWayAndNoRecordIsInTwoOfThem() {
        let changes = (1...200).map { Change.finding(UInt64($0), record: "f_\($0 % 40)") }
        var driver = MachineDriver(limits: SinkLimits(count: 1, bytes: 1 << 20, requests: 64), changes)
        var records: Set<UInt64> = []
        while let request = driver.beginRequest() { records.insert((driver.sequences(of: request).first ?? 0) % 40) }
        #expect(driver.underWay.count == 40 && records.count == 40)
        // The last one ends first: the cursor waits for the first.
        driver.end(driver.underWay[39], .delivered(status: 200, id: nil))
        #expect(driver.machine.position.cursor == 0)
        for request in driver.underWay { driver.end(request, .delivered(status: 200, id: nil)) }
        #expect(driver.machine.position.cursor == 40)
        var order: [UInt64: [UInt64]] = [:]
        for sequence in driver.drain(answer: { _ in .delivered(status: 200, id: nil) }) { order[sequence % 40, default: []].append(sequence) }
        #expect(order.values.allSatisfy { $0 == $0.sorted() } && driver.machine.position.cursor == 200 && driver.balances)
    }

    @Test func deadLettersAreTriedAgainOrDroppedWhenAPersonSays() {
        var driver = MachineDriver(count: 1, Change.findings(1...5))
        _ = driver.drain { $0[0] == 2 || $0[0] == 4 ? .reject(Self.refused) : .delivered(status: 200, id: nil) }
        let letters = driver.rows.values.sorted { $0.sequence < $1.sequence }
        #expect(driver.machine.drop([letters[0]]) == 1)
        #expect(driver.machine.revive([letters[1]], at: driver.now) == 1 && driver.machine.revive([letters[1]], at: driver.now) == 0)
        driver.write()
        #expect(driver.machine.position.dropped == 1 && driver.balances)
        #expect(driver.drain { _ in .delivered(status: 200, id: nil) } == [4])
        #expect(driver.rows.isEmpty && driver.machine.position.delivered == 4 && driver.balances)
    }

    /// A sink that keeps one state of each record must not get an older one after a newer one.
    @Test func aDeadLetterWhoseRecordHasMovedOnIsSupersededWhereOneStateIsKept() {
        for (overtaken, isSuperseded) in [([2], true), ([2, 4], true), ([4], false), ([], false)] as [(Set<UInt64>, Bool)] {
            var driver = MachineDriver(count: 1, Change.findings(1...5))
            _ = driver.drain { $0[0] == 2 ? .reject(Self.refused) : .delivered(status: 200, id: nil) }
            #expect(driver.machine.revive(Array(driver.rows.values), overtaken: overtaken, at: driver.now) == 1)
            driver.write()
            #expect(driver.machine.position.superseded == (isSuperseded ? 1 : 0) && driver.rows.isEmpty == isSuperseded && driver.balances)
        }
    }

    /// Whatever a person looks at after a restart has not begun anew.
    @Test func theTriesOfAnOutageAndOfAWaitingChangeAreWrittenDown() {
        var driver = MachineDriver(count: 1, Change.findings(1...3))
        var failures: [Int] = []
        var others = 0
        _ = driver.drain(steps: 40) { sequences in
            if sequences != [1] { others += 1 }
            return sequences != [1] && others == 1 ? DoubtTests.yes : .retry(DoubtTests.broken)
        }
        #expect(driver.rows[1]?.state == .retrying && !driver.machine.health.isHealthy)
        for _ in 0..<30 {
            driver.sleep()
            guard let sequences = driver.begin() else { continue }
            driver.end(.retry(DeliveryFailure("failed at \(sequences)", status: 500)))
            if case .some(.some(let outage)) = driver.written.outage { failures.append(outage.failures) }
        }
        #expect(failures == failures.sorted() && failures.last == driver.machine.health.outage?.failures && failures.count > 3, "\(failures)")
        #expect(driver.rows[1]?.attempts == driver.machine.open[1]?.attempts && driver.rows[1]?.attempts ?? 0 > 2)
        #expect(driver.words[1] == "failed at [1]")
    }

    @Test func anOpenItemWhoseChangeIsGoneIsExpired() {
        var driver = MachineDriver(count: 2, Change.findings(1...2))
        #expect(driver.begin() == [1, 2])
        driver.end(.items([.retry(Self.busy), .delivered], status: 200, id: nil))
        driver.sleep()
        #expect(driver.begin() == [1])
        driver.end(.delivered(status: nil, id: nil), expired: [1])
        #expect(driver.rows.isEmpty && driver.machine.position.expired == 1 && driver.balances)
    }

    /// A sink that does everything, in any order, over restarts: every change ends in exactly one place.
    @Test(arguments: 0..<100)
    func whateverASinkSaysEveryChangeIsAccountedFor(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let changes = (1...UInt64.random(in: 50...300, using: &random)).map {
            Change.finding($0, record: "f_\(Int.random(in: 0..<60, using: &random))")
        }
        let isSingle = Bool.random(using: &random)
        let limits = SinkLimits(count: isSingle ? 1 : .random(in: 2...20, using: &random), bytes: 1 << 20, requests: isSingle ? 8 : 1)
        let poison = Set(changes.map(\.sequence).filter { _ in Int.random(in: 0..<20, using: &random) == 0 })
        var driver = MachineDriver(limits: limits, changes)
        driver.skips = Set(changes.map(\.sequence).filter { _ in Int.random(in: 0..<10, using: &random) == 0 })
        for _ in 0..<20_000 where !driver.isDone {
            if Int.random(in: 0..<200, using: &random) == 0 { driver.restart() }
            while driver.beginRequest() != nil {}
            guard let request = driver.underWay.randomElement(using: &random) else {
                driver.sleep()
                continue
            }
            let sequences = driver.sequences(of: request)
            driver.end(request, MachineDriver.outcome(for: sequences, poison: poison, &random))
            #expect(driver.balances)
        }
        #expect(driver.isDone)
        let wanted = Set(changes.map(\.sequence)).subtracting(driver.skips)
        #expect(driver.taken.union(driver.rows.keys) == wanted)
        #expect(driver.rows.values.allSatisfy { $0.state == .dead } && Set(driver.rows.keys).isSubset(of: poison))
        #expect(driver.machine.position.filtered == UInt64(driver.skips.count))
    }
}
