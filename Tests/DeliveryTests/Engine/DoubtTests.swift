import FindingModel
import Testing

@testable import Delivery

/// Whose failure a failed request is: the sink's, or one change's own.
struct DoubtTests {
    static let forbidden = DeliveryFailure("answered 403: blocked", status: 403)
    static let broken = DeliveryFailure("answered 500", status: 500)
    static let reset = DeliveryFailure("the connection was reset", mayHaveArrived: true)

    /// Every way in which one change may fail a request that others pass.
    static let ways: [DeliveryOutcome] = [
        .pause(DeliveryFailure("answered 401", status: 401)), .pause(forbidden), .pause(DeliveryFailure("answered 404", status: 404)),
        .pause(DeliveryFailure("answered 410", status: 410)), .retry(broken), .retry(DeliveryFailure("too slow to answer", mayHaveArrived: true)),
        .retry(reset),
    ]
    static let yes = DeliveryOutcome.delivered(status: 200, id: nil)

    @Test(arguments: ways)
    func aChangeThatFailsAloneIsFollowedAtOnceByOneOfAnotherRecordAndGetsARow(_ way: DeliveryOutcome) {
        var driver = MachineDriver(count: 1, Change.findings(1...9))
        #expect(driver.begin() == [1])
        driver.end(way)
        #expect(driver.begin() == [2] && driver.now == driver.start && driver.events.isEmpty)
        driver.end(Self.yes)
        #expect(driver.rows.mapValues(\.state) == [1: .retrying] && driver.words[1] == way.failure?.reason)
        #expect(driver.machine.health.isHealthy && driver.machine.position.cursor == 2 && driver.balances)
        let taken = driver.drain(steps: 60) { $0 == [1] ? way : Self.yes }
        #expect(taken == Array(3...9) && driver.rows.keys.sorted() == [1] && driver.machine.health.isHealthy)
    }

    @Test(arguments: ways)
    func aBatchThatFailsTwiceIsHalvedDownToTheChangeThatIsTheReason(_ way: DeliveryOutcome) {
        var driver = MachineDriver(count: 16, Change.findings(1...64))
        var sizes: [Int] = []
        let taken = driver.drain(steps: 300) { changes in
            sizes.append(changes.count)
            return changes.contains(21) ? way : Self.yes
        }
        #expect(Set(taken) == Set(1...64).subtracting([21]) && driver.rows.keys.sorted() == [21] && driver.balances)
        #expect(Array(sizes.prefix(13)) == [16, 16, 16, 8, 4, 8, 4, 2, 1, 1, 2, 4, 8], "\(sizes)")
        #expect(driver.machine.health.isHealthy)
    }

    /// The good changes behind leave soon, however large the batches are and wherever the change at fault stands.
    @Test(arguments: [1, 2, 20, 500], ways)
    func whatStandsBehindAPoisonLeavesWithinAMinute(_ count: Int, _ way: DeliveryOutcome) {
        for poison in [1, 2, UInt64(count), 700] as [UInt64] {
            var driver = MachineDriver(count: count, Change.findings(1...1000))
            let end = driver.start.advanced(byMilliseconds: 60_000)
            var taken: Set<UInt64> = []
            while driver.now < end, taken.count < 999 {
                guard let sequences = driver.begin() else {
                    driver.sleep()
                    continue
                }
                if !sequences.contains(poison) { taken.formUnion(sequences) }
                driver.end(sequences.contains(poison) ? way : Self.yes)
            }
            #expect(taken.count == 999, "\(poison) of \(count): \(taken.count)")
        }
    }

    @Test func aMissingConnectionIsNeverAChangesOwn() {
        var driver = MachineDriver(count: 8, Change.findings(1...64))
        for _ in 0..<50 {
            #expect(driver.begin() == Array(1...8))
            driver.end(.retry(DeliveryFailure("no connection", isOfSink: true)))
            #expect(driver.begin() == nil)
            driver.sleep()
        }
        #expect(driver.rows.isEmpty && driver.drain { _ in Self.yes } == Array(1...64))
    }

    @Test(arguments: ways)
    func aSinkThatTakesNothingFailsAsAWholeMakesNoRowAndIsAskedSeldom(_ way: DeliveryOutcome) {
        var driver = MachineDriver(count: 50, Change.findings(1...300))
        var attempts = 0
        while driver.now.milliseconds - driver.start.milliseconds < 86_400_000 {
            guard driver.begin() != nil else {
                driver.sleep()
                continue
            }
            attempts += 1
            driver.end(way)
        }
        #expect(driver.rows.isEmpty && driver.machine.position.cursor == 0 && !driver.machine.health.isHealthy)
        if case .pause = way {
            #expect(driver.machine.health.isPaused && (150...400).contains(attempts), "\(attempts)")
            #expect(driver.events.contains(.paused(way.failure ?? Self.broken)))
        } else {
            // Two requests every 150 s.
            #expect((1000...1300).contains(attempts), "\(attempts)")
        }
        driver.sleep()
        #expect(Set(driver.drain { _ in Self.yes }) == Set(1...300) && driver.rows.isEmpty && driver.balances)
    }

    @Test func aChangeThatComesInWakesAPausedSinkEveryHalfMinuteAtMost() {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...40 as ClosedRange<UInt64>).map { number in
            Change.finding(number, received: start.advanced(byMilliseconds: number == 1 ? -1 : Int64(number) * 10_000))
        }
        var driver = MachineDriver(count: 1, changes)
        driver.arrivesLater = true
        var tried: [Timestamp] = []
        while driver.now.milliseconds - start.milliseconds < 240_000 {
            if let sequences = driver.begin() {
                if sequences != [1] { tried.append(driver.now) }
                driver.end(.pause(Self.forbidden))
            } else {
                driver.now = driver.now.advanced(byMilliseconds: 1000)
            }
        }
        // Those that have come in since the last time go one after the other.
        let wakes = tried.indices.filter { $0 == 0 || tried[$0].milliseconds - tried[$0 - 1].milliseconds > 5000 }.count
        #expect(driver.machine.health.isPaused && (7...12).contains(wakes) && tried.count <= 40, "\(tried)")
        // As soon as one is taken, what failed has a row.
        while driver.rows.isEmpty, driver.now.milliseconds - start.milliseconds < 300_000 {
            if let sequences = driver.begin() {
                driver.end(sequences == [1] ? .pause(Self.forbidden) : Self.yes)
            } else {
                driver.now = driver.now.advanced(byMilliseconds: 1000)
            }
        }
        #expect(driver.rows[1] != nil && driver.machine.health.isHealthy && driver.now.milliseconds - start.milliseconds <= 272_000)
    }

    /// Refused 5 times over a quarter of an hour while others were taken between: then the change is the reason.
    @Test func aRefusedChangeIsADeadLetterAfterAQuarterOfAnHourOfOthersTaken() throws {
        var driver = MachineDriver(count: 1, Change.findings(1...2000))
        driver.run(for: 14 * 60_000, every: 2000) { $0 == [5] ? .pause(Self.forbidden) : Self.yes }
        #expect(driver.rows[5]?.state == .retrying && driver.machine.dead == 0)
        driver.run(for: 20 * 60_000, every: 2000) { $0 == [5] ? .pause(Self.forbidden) : Self.yes }
        let letter = try #require(driver.rows[5])
        #expect(letter.state == .dead && letter.tries >= 5 && driver.words[5] == Self.forbidden.reason && driver.rows.count == 1 && driver.balances)
    }

    @Test func whatIsNoRefusalStaysARow() {
        for way in [DeliveryOutcome.retry(Self.broken), .retry(Self.reset)] {
            var driver = MachineDriver(count: 1, Change.findings(1...3000))
            driver.run(for: 3 * 3_600_000, every: 5000) { $0 == [5] ? way : Self.yes }
            #expect(driver.rows.mapValues(\.state) == [5: .retrying] && driver.machine.dead == 0)
        }
    }

    @Test func aRefusalWithoutOthersTakenBetweenItsTriesCountsOnce() {
        var driver = MachineDriver(count: 1, Change.findings(1...30))
        driver.run(for: 48 * 3_600_000, every: 1000) { $0 == [5] ? .pause(Self.forbidden) : Self.yes }
        #expect(driver.rows[5]?.state == .retrying && driver.rows[5]?.tries ?? 9 < 5 && driver.rows[5]?.attempts ?? 0 > 50)
    }

    /// A right that is missing for one kind of work says nothing about the tickets that need it.
    @Test func othersOfAnotherWorkAreNoWitnesses() {
        var driver = MachineDriver(count: 1, Change.findings(1...3000))
        driver.run(for: 6 * 3_600_000, every: 10_000) { sequences in
            sequences == [5]
                ? .items([.failed(Self.forbidden.at(.create), isRefusal: true)], status: 403, id: nil) : .items([.taken(.update)], status: 200, id: nil)
        }
        #expect(driver.rows[5]?.state == .retrying && driver.rows[5]?.tries ?? 0 <= 2 && driver.rows[5]?.waited ?? 0 <= 10_000)
    }

    /// A receiver with several machines, one of which refuses: nobody is the reason.
    @Test(arguments: 0..<20)
    func aSinkThatFailsEveryOtherRequestMakesNoDeadLetter(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let changes = (1...4000 as ClosedRange<UInt64>).map { Change.finding($0, record: "f_\($0 % 700)") }
        let counts = [1, 20, 60]
        var driver = MachineDriver(limits: SinkLimits(count: counts[seed % 3], bytes: 1 << 20, requests: seed % 6 == 0 ? 8 : 1), changes)
        var failures = 0
        driver.run(for: 86_400_000, every: 20_000) { _ in
            guard Bool.random(using: &random) else { return Self.yes }
            failures += 1
            return Self.ways[failures % Self.ways.count]
        }
        #expect(driver.machine.dead == 0 && driver.rows.values.allSatisfy { $0.state != .dead } && driver.balances && failures > 10)
        #expect(driver.drain { _ in Self.yes }.count > 0 || driver.isDone)
        #expect(driver.isDone && driver.rows.isEmpty && driver.taken.count == 4000)
    }

    /// What a restart forgets makes no dead letter sooner.
    @Test func triesAreCountedOverRestarts() {
        var driver = MachineDriver(count: 1, Change.findings(1...3000))
        for _ in 0..<30 {
            driver.run(for: 130_000, every: 2000) { $0 == [5] ? .pause(Self.forbidden) : Self.yes }
            if driver.rows[5]?.state == .dead { break }
            driver.restart()
        }
        #expect(driver.rows[5]?.state == .dead && driver.rows[5]?.tries ?? 0 >= 5)
        #expect((15...60).contains((driver.now.milliseconds - driver.start.milliseconds) / 60_000))
    }

    /// The second waits for the first, and what comes after both leaves when the sink has refused them for good.
    @Test func twoPoisonsOfOneRecordAndWhatComesAfterThem() {
        var changes = Change.findings(1...8000)
        for index in [4, 8, 11] { changes[index].subject = "f_same" }
        var driver = MachineDriver(count: 1, changes)
        driver.run(for: 5 * 60_000, every: 2000) { $0 == [5] || $0 == [9] ? .pause(Self.forbidden) : Self.yes }
        #expect(driver.rows.mapValues(\.state) == [5: .retrying, 9: .held, 12: .held] && driver.machine.health.isHealthy && driver.balances)
        driver.run(for: 3 * 3_600_000, every: 2000) { $0 == [5] || $0 == [9] ? .pause(Self.forbidden) : Self.yes }
        #expect(driver.rows.mapValues(\.state) == [5: .dead, 9: .dead] && driver.taken.contains(12) && driver.balances)
    }

    /// Two changes fail, and nothing else is left that could tell whether the sink or they are the reason: they stay pending, the sink is shown with its
    /// words, and nothing is passed. Whatever else it takes then, a change that comes in or a test, gives both rows with words.
    @Test(arguments: ways, [true, false])
    func whereNothingIsLeftToCompareWithTheSinkFailsUntilItTakesSomethingElse(_ way: DeliveryOutcome, _ byTest: Bool) {
        let start = MachineDriver(count: 5, []).start, day: Int64 = 86_400_000
        // 3 stands behind 1, of whose record it is; 4 comes in a day later.
        let changes = [1: "f_1", 2: "f_2", 3: "f_1", 4: "f_4"].sorted { $0.key < $1.key }.map { sequence, record in
            Change.finding(UInt64(sequence), record: record, received: start.advanced(byMilliseconds: sequence == 4 ? day : -1))
        }
        var driver = MachineDriver(count: 5, changes)
        driver.arrivesLater = true
        let answer: ([UInt64]) -> DeliveryOutcome = { $0 == [4] ? Self.yes : way }
        while driver.now.milliseconds - start.milliseconds < day {
            if let sequences = driver.begin() { driver.end(answer(sequences)) } else { driver.sleep() }
        }
        #expect(driver.rows.isEmpty && driver.position.cursor == 0 && driver.machine.dead == 0)
        #expect(driver.machine.health.outage?.failure.reason == way.failure?.reason && driver.machine.health.outage?.since ?? driver.now < driver.now)
        if byTest {
            driver.machine.hurry(at: driver.now)
            driver.write()
        } else {
            for _ in 0..<4 where driver.rows.isEmpty { if let sequences = driver.begin() { driver.end(answer(sequences)) } else { driver.sleep() } }
        }
        #expect(driver.machine.health.isHealthy && driver.rows[1]?.state == .retrying && driver.rows[2]?.state == .retrying)
        #expect(driver.words[1] == way.failure?.reason && driver.words[2] == way.failure?.reason && driver.balances)
    }

    @Test func aTestThatTheSinkTookGivesWhatFailedARow() {
        var driver = MachineDriver(count: 1, Change.findings(1...1))
        #expect(driver.begin() == [1])
        driver.end(.pause(Self.forbidden))
        #expect(driver.begin() == nil && driver.machine.health.isPaused)
        driver.machine.hurry(at: driver.now)
        driver.write()
        #expect(driver.machine.health.isHealthy && driver.rows[1]?.state == .retrying && driver.balances)
        // What had failed may have failed because of what was mended.
        #expect(driver.begin() == [1])
        driver.end(Self.yes)
        #expect(driver.rows.isEmpty && driver.taken == [1] && driver.balances)
    }

    /// A row is asked about again at once after a test, and not sooner given up for it.
    @Test func aTestThatTheSinkTookHasRowsTriedAgainAtOnce() {
        var driver = MachineDriver(count: 1, Change.findings(1...4))
        _ = driver.drain(steps: 8) { $0 == [2] ? .pause(Self.forbidden) : Self.yes }
        #expect(driver.rows[2]?.state == .retrying)
        for _ in 0..<50 {
            #expect(driver.begin() == nil)
            driver.machine.hurry(at: driver.now)
            #expect(driver.begin() == [2])
            driver.end(.pause(Self.forbidden))
            driver.write()
        }
        #expect(
            driver.machine.open[2]?.state == .retrying
                && driver.machine.open[2]?.waited == driver.machine.open[2].map { max(0, $0.next.milliseconds - driver.now.milliseconds) })
    }

    /// Much is done above a few that are ready, and nothing more is read: those few go out, although they fill no batch.
    @Test func whatIsReadyGoesOutAlsoWhenNothingMoreIsRead() {
        var driver = MachineDriver(count: 100, Change.findings(1...1000))
        #expect(driver.begin()?.count == 100)
        driver.end(.items((1...100).map { $0 == 1 ? .untried : .delivered }, status: 200, id: nil))
        for _ in 0..<3 where driver.machine.position.cursor == 0 {
            guard let request = driver.beginRequest(whole: false) else { break }
            let sequences = driver.sequences(of: request)
            driver.end(.items(sequences.map { $0 == 1 ? .untried : .delivered }, status: 200, id: nil))
        }
        #expect(!driver.machine.wantsChanges)
        #expect(driver.beginRequest(whole: false).map { driver.sequences(of: $0) } == [1])
    }

    /// A sink whose changes gather does not have the halves of a batch that failed gather again.
    @Test func whatIsLeftOfABatchThatFailedDoesNotGather() {
        var driver = MachineDriver(count: 50, Change.findings(1...10))
        var sizes: [Int] = []
        var isWhole = true
        for _ in 0..<60 where driver.taken.count < 9 {
            guard let request = driver.beginRequest(whole: isWhole) else {
                driver.sleep()
                continue
            }
            isWhole = false
            let sequences = driver.sequences(of: request)
            sizes.append(sequences.count)
            driver.end(sequences.contains(7) ? .retry(Self.broken) : Self.yes)
        }
        #expect(driver.taken.count == 9 && driver.now.milliseconds - driver.start.milliseconds < 10_000, "\(sizes)")
    }

    /// Two rows that are due together fail alike for ever, each by itself or as one request: what is not at fault goes on.
    @Test(arguments: [false, true]) func rowsThatFailTogetherStandInNobodysWay(asOne: Bool) {
        var driver = MachineDriver(count: 5, Change.findings(1...40))
        let blocked = DeliveryFailure("this index is full", status: 429)
        driver.run(for: 2 * 3_600_000, every: 60_000) { sequences in
            if asOne, Set(sequences).isSubset(of: [2, 3]) { return .retry(blocked) }
            return .items(sequences.map { $0 == 2 || $0 == 3 ? .retry(blocked) : .delivered }, status: 200, id: nil)
        }
        #expect(driver.taken.count == 38 && driver.rows.mapValues(\.state) == [2: .retrying, 3: .retrying] && driver.balances)
    }

    /// Tickets are told one after the other: what comes behind the one that failed was not tried, and takes no harm.
    @Test func whatWasNotTriedComesAgainUntouched() {
        var driver = MachineDriver(count: 5, Change.findings(1...5))
        #expect(driver.begin() == [1, 2, 3, 4, 5])
        driver.end(.items([.taken(.create), .failed(Self.forbidden.at(.update), isRefusal: true), .untried, .untried, .untried], status: 403, id: nil))
        #expect(driver.rows.mapValues(\.state) == [2: .retrying] && driver.machine.health.isHealthy)
        #expect(driver.begin() == [3, 4, 5])
        driver.end(.items([.failed(Self.forbidden.at(.update), isRefusal: true), .untried, .untried], status: 403, id: nil))
        #expect(driver.begin() == [4])
        driver.end(.items([.taken(.close)], status: 200, id: nil))
        #expect(driver.rows.keys.sorted() == [2, 3] && driver.balances)
    }

    /// What a kill finds on disk at any moment: of each change that waits, every try that counts towards its end and how long it has waited; and of those
    /// made while the sink takes nothing at all, more than half of the outage's.
    @Test(arguments: 0..<20)
    func ofTheTriesOfAWaitingChangeAKillTakesNoneThatCounts(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let changes = (1...400 as ClosedRange<UInt64>).map { Change.finding($0, record: "f_\($0 % 97)") }
        var driver = MachineDriver(count: [1, 7, 50][seed % 3], changes)
        driver.writesLate = true
        var isDown = false
        for _ in 0..<600 where !driver.isDone {
            if Int.random(in: 0..<25, using: &random) == 0 { isDown.toggle() }
            guard let sequences = driver.begin() else {
                driver.sleep()
                continue
            }
            let isPoison = !Set(sequences).isDisjoint(with: [5, 30, 31, 200])
            driver.end(isDown || isPoison ? Self.ways[seed % Self.ways.count] : Self.yes)
            let failures = driver.machine.health.outage?.failures ?? 0
            for (sequence, row) in driver.rows {
                guard let item = driver.machine.open[sequence] else { continue }
                #expect((row.tries, row.waited) == (item.tries, item.waited) && row.failed == item.failed, "seed \(seed)")
                #expect(item.attempts - row.attempts <= max(2, (failures + 1) / 2), "seed \(seed): \(item.attempts), \(row.attempts) of \(failures)")
            }
        }
        #expect(driver.rows.count >= 1)
    }
}

struct RequestTallyTests {
    @Test func requestsAreCountedByTheMinute() {
        var tally = RequestTally()
        let start = Timestamp(milliseconds: 1_772_445_600_000)
        for minute in 0..<100 as Range<Int64> { tally.note(failed: minute % 10 == 0, at: start.advanced(byMilliseconds: minute * 60_000 + 59_999)) }
        #expect(tally.since(start) == RequestTally.Share(all: 100, failed: 10))
        #expect(tally.since(start.advanced(byMilliseconds: 91 * 60_000)) == RequestTally.Share(all: 9, failed: 0))
        // The clock was set back.
        tally.note(failed: true, at: start)
        #expect(tally.since(start.advanced(byMilliseconds: 99 * 60_000)) == RequestTally.Share(all: 2, failed: 1))
    }
}
