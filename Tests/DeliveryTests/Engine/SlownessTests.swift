import FindingModel
import Testing

@testable import Delivery

/// What is good leaves soon although one change is never answered, each try of which takes the sink's whole time.
struct SlownessTests {
    /// A receiver in virtual time.
    private struct Receiver {
        /// It answers none of these.
        var unanswered: Set<UInt64> = []
        /// Whether a ticket system is looked through for what may have arrived, so that what was not answered is put off by itself.
        var looksForMarks = false
        /// How it fails others, at once.
        var failing: [UInt64: DeliveryOutcome] = [:]
        /// Milliseconds for a request, and for each change in it.
        var request: Int64 = 20
        var change: Int64 = 0
        /// The sink's `timeout`.
        var timeout: Int64 = 30_000

        /// How it ends, and after how long.
        func answer(_ sequences: [UInt64], within time: Duration?) -> (outcome: DeliveryOutcome, took: Int64) {
            let limit = min(timeout, time?.wholeMilliseconds ?? timeout)
            if let outcome = sequences.lazy.compactMap({ failing[$0] }).first { return (outcome, request) }
            let took = request + change * Int64(sequences.count)
            guard unanswered.isDisjoint(with: sequences), took <= limit else {
                let failure = DeliveryFailure("no answer within \(limit) ms", mayHaveArrived: true)
                return (looksForMarks ? .items([.retry(failure)], status: nil, id: nil) : .retry(failure), limit)
            }
            return (DoubtTests.yes, took)
        }
    }

    private struct Try {
        let sequences: [UInt64]
        let time: Duration?
        let begun: Timestamp
        let isTaken: Bool
    }

    /// Makes one request after the other until `isOver`, or a time has passed, and nothing else moves the clock.
    private static func run(
        _ driver: inout MachineDriver, _ receiver: Receiver, for milliseconds: Int64, until isOver: (MachineDriver) -> Bool = { _ in false }
    )
        -> [Try]
    {
        let end = driver.now.advanced(byMilliseconds: milliseconds)
        var tries: [Try] = []
        while driver.now < end, !isOver(driver) {
            guard let request = driver.beginRequest() else {
                let arrival = driver.arrivesLater ? driver.nextArrival : nil
                guard let due = [driver.machine.wake, arrival].compactMap({ $0 }).min() else { break }
                driver.now = max(due, driver.now.advanced(byMilliseconds: 1))
                continue
            }
            let sequences = driver.sequences(of: request), begun = driver.now
            let (outcome, took) = receiver.answer(sequences, within: request.time)
            driver.now = driver.now.advanced(byMilliseconds: took)
            driver.end(outcome)
            tries.append(Try(sequences: sequences, time: request.time, begun: begun, isTaken: outcome.hasDelivered))
        }
        return tries
    }

    @Test func aBatchThatNobodyAnswersIsTakenApartAtOnceAndItsPartsHaveLessTime() {
        var driver = MachineDriver(count: 100, Change.findings(1...300))
        let tries = Self.run(&driver, Receiver(unanswered: [23]), for: 600_000) { $0.taken.count == 299 }
        #expect(tries.map(\.sequences.count).prefix(10) == [100, 10, 10, 10, 1, 1, 1, 1, 1, 1], "\(tries.map(\.sequences.count))")
        #expect(tries.map(\.time).prefix(6) == [nil, .seconds(10), .seconds(10), .seconds(10), .seconds(5), .seconds(5)])
        #expect(driver.rows.mapValues(\.state) == [23: .retrying] && driver.machine.health.isHealthy && driver.balances)
        // Its row has the whole time, and full batches go on.
        let later = Self.run(&driver, Receiver(unanswered: [23]), for: 60_000)
        #expect(later.allSatisfy { $0.sequences == [23] && $0.time == nil } && !later.isEmpty)
    }

    @Test(arguments: [1, 2, 20, 33, 100, 500, 1000])
    func whatStandsBesideAChangeThatIsNeverAnsweredLeavesWithinAMinute(_ count: Int) {
        for poison in [1, 2, UInt64(max(1, count / 2)), UInt64(count), 1200] {
            var driver = MachineDriver(count: count, Change.findings(1...1200))
            let tries = Self.run(&driver, Receiver(unanswered: [poison], request: 5), for: 600_000) { $0.taken.count == 1199 }
            let first = tries.first { $0.sequences.contains(poison) }?.begun ?? driver.start
            #expect(
                driver.taken.count == 1199 && driver.now.milliseconds - first.milliseconds <= 60_000,
                "\(poison): \(driver.now.milliseconds - first.milliseconds)")
            #expect(driver.machine.dead == 0 && driver.rows.keys.allSatisfy { $0 == poison } && driver.balances)
        }
    }

    /// One that is never answered, among others that fail at once in their ways, and good ones that come in meanwhile.
    @Test(arguments: [100, 1000], 1...12 as ClosedRange<UInt64>)
    func whatIsGoodLeavesWithinAMinuteOfComingIn(_ count: Int, _ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let start = MachineDriver(count: 1, []).start
        let changes = (1...2000 as ClosedRange<UInt64>).map { number in
            Change.finding(number, received: start.advanced(byMilliseconds: number > 1500 ? Int64(number - 1500) * 110 : -1))
        }
        var receiver = Receiver(unanswered: [UInt64.random(in: 1...2000, using: &random)])
        let instant = DoubtTests.ways
        for index in 0..<Int.random(in: 0...3, using: &random) {
            receiver.failing[UInt64.random(in: 1...2000, using: &random)] = instant[(index + Int(seed)) % instant.count]
        }
        receiver.unanswered.subtract(receiver.failing.keys)
        let bad = receiver.unanswered.union(receiver.failing.keys)
        var driver = MachineDriver(count: count, changes)
        driver.arrivesLater = true
        driver.fraction = Double.random(in: 0..<1, using: &random)
        let tries = Self.run(&driver, receiver, for: 300_000)
        var late: [UInt64: Int64] = [:]
        for attempt in tries where attempt.isTaken {
            for sequence in attempt.sequences {
                let wait = attempt.begun.milliseconds - max(start, changes[Int(sequence) - 1].receivedTime).milliseconds
                if wait > 60_000 { late[sequence] = wait }
            }
        }
        #expect(late.isEmpty && driver.taken == Set(1...2000).subtracting(bad), "seed \(seed): \(late)")
        #expect(Set(driver.rows.keys).isSubset(of: bad) && driver.balances, "seed \(seed): \(driver.rows.keys.sorted())")
    }

    /// Several that are never answered, each of whose rows is tried with the whole time again and again: those that wait behind go on meanwhile.
    @Test(arguments: [1, 100], [1, 5, 9])
    func rowsThatAreNeverAnsweredTakeLessTimeThanTheOthers(_ count: Int, _ rows: UInt64) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...3000 as ClosedRange<UInt64>).map { number in
            Change.finding(number, received: start.advanced(byMilliseconds: number > rows ? 600_000 + Int64(number) * 2 : -1))
        }
        var driver = MachineDriver(count: count, changes)
        driver.arrivesLater = true
        let receiver = Receiver(unanswered: Set(1...rows), request: 100)
        let tries = Self.run(&driver, receiver, for: 2_000_000) { $0.taken.count == 3000 - Int(rows) }
        let first = tries.first { $0.isTaken }?.begun ?? start
        let work = Int64(tries.filter(\.isTaken).count) * 100
        // From the first that is taken on, rows have no more than a quarter of the time, and a try that is under way is not cut off.
        #expect(driver.taken.count == 3000 - Int(rows) && driver.now.milliseconds - first.milliseconds <= work * 4 / 3 + 60_000 + Int64(rows) * 30_000)
        #expect(Set(driver.rows.keys) == Set(1...rows) && driver.machine.dead == 0 && driver.balances)
    }

    /// Tickets whose creation is never answered: whether they are there is asked first, and then they hang again.
    @Test(arguments: [1, 2, 5] as [UInt64]) func ticketsThatAreNeverMadeTakeLessTimeThanTheOthers(_ hanging: UInt64) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...200 as ClosedRange<UInt64>).map { Change.finding($0, received: start.advanced(byMilliseconds: Int64($0) * 5_000)) }
        var driver = MachineDriver(count: 1, changes)
        driver.arrivesLater = true
        let tries = Self.run(&driver, Receiver(unanswered: Set(1...hanging), looksForMarks: true), for: 3_600_000) { $0.taken.count == 200 - Int(hanging) }
        let waits = tries.filter(\.isTaken).map { $0.begun.milliseconds - changes[Int($0.sequences[0]) - 1].receivedTime.milliseconds }
        #expect(driver.taken.count == 200 - Int(hanging) && (waits.max() ?? .max) <= 60_000, "\(waits.max() ?? 0) ms, \(driver.taken.count)")
    }

    /// Changes that are never answered among good ones, to a sink of one change at a time: each further one costs less, so that few wait long.
    @Test(arguments: [(3, 1_000, 60), (6, 1_000, 75), (12, 20_000, 100)] as [(UInt64, Int64, Int64)])
    func goodChangesAmongManyThatAreNeverAnsweredLeaveSoon(_ hanging: UInt64, _ apart: Int64, _ bound: Int64) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...60 as ClosedRange<UInt64>).map { Change.finding($0, received: start.advanced(byMilliseconds: Int64($0) * apart)) }
        let unanswered = Set((1...hanging).map { $0 * 2 })
        var driver = MachineDriver(count: 1, changes)
        driver.arrivesLater = true
        let tries = Self.run(&driver, Receiver(unanswered: unanswered), for: 3_600_000) { $0.taken.count == 60 - Int(hanging) }
        let waits = tries.filter(\.isTaken).map { $0.begun.milliseconds - changes[Int($0.sequences[0]) - 1].receivedTime.milliseconds }
        #expect(driver.taken == Set(1...60).subtracting(unanswered) && (waits.max() ?? .max) <= bound * 1000, "\(waits.max() ?? 0) ms")
        #expect(Set(driver.rows.keys) == unanswered && driver.machine.dead == 0 && driver.balances)
        // What one of them takes within the sink's whole time it still gets, only later.
        var receiver = Receiver(unanswered: [])
        receiver.request = 25_000
        _ = Self.run(&driver, receiver, for: 7_200_000) { $0.isDone }
        #expect(driver.isDone && driver.rows.isEmpty)
    }

    /// It takes everything, in its own time.
    @Test(arguments: [(100, 400), (1000, 50), (1000, 400), (100, 2000), (20, 12_000), (1, 12_000)])
    func aReceiverThatIsMerelySlowGetsSmallerBatchesAndNoRow(_ count: Int, _ milliseconds: Int64) {
        var driver = MachineDriver(count: count, Change.findings(1...4000))
        let receiver = Receiver(change: milliseconds)
        var mostRows = 0
        let tries = Self.run(&driver, receiver, for: 86_400_000) { driver in
            mostRows = max(mostRows, driver.rows.count)
            return driver.isDone
        }
        #expect(driver.isDone && driver.taken.count == 4000 && mostRows == 0 && driver.machine.dead == 0, "\(driver.taken.count), \(mostRows) rows")
        let failures = tries.filter { !$0.isTaken }.count
        #expect(failures * 5 <= tries.count, "\(failures) of \(tries.count) failed")
    }

    @Test func aReceiverThatTakesItsTimeOnceGetsFullBatchesAgain() {
        var driver = MachineDriver(count: 100, Change.findings(1...100_000))
        #expect(driver.begin()?.count == 100)
        driver.now = driver.now.advanced(byMilliseconds: 30_000)
        driver.end(.retry(DeliveryFailure("no answer", mayHaveArrived: true)))
        let tries = Self.run(&driver, Receiver(), for: 60_000) { $0.isDone }
        #expect(driver.rows.isEmpty && tries.last(where: { $0.isTaken })?.sequences.count == 100)
    }

    @Test(arguments: [1, 100, 1000])
    func aReceiverThatAnswersNothingIsAskedSeldomAndMakesNoRow(_ count: Int) {
        var driver = MachineDriver(count: count, Change.findings(1...300))
        let receiver = Receiver(unanswered: Set(1...300))
        var mostRows = 0
        let tries = Self.run(&driver, receiver, for: 86_400_000) { driver in
            mostRows = max(mostRows, driver.rows.count)
            return false
        }
        #expect(mostRows == 0 && driver.machine.dead == 0 && driver.machine.position.cursor == 0 && !driver.machine.health.isHealthy)
        let byMinute = Dictionary(grouping: tries) { ($0.begun.milliseconds - driver.start.milliseconds) / 60_000 }.mapValues(\.count)
        #expect((byMinute.values.max() ?? 0) <= 12 && tries.count <= 1700, "\(byMinute.values.max() ?? 0), \(tries.count)")
        // It answers again.
        _ = Self.run(&driver, Receiver(), for: 3_600_000) { $0.isDone }
        #expect(driver.isDone && driver.taken.count == 300 && driver.balances)
    }

    /// Rows that a person wants tried again go together, until nobody answers.
    @Test func rowsThatNobodyAnswersGoOneByOne() {
        var driver = MachineDriver(count: 100, Change.findings(1...60))
        while let sequences = driver.begin() {
            driver.end(.items(sequences.map { $0 <= 9 ? .reject(DoubtTests.forbidden) : .delivered }, status: 200, id: nil))
        }
        #expect(driver.machine.dead == 9)
        #expect(driver.machine.revive(driver.rows.values.sorted { $0.sequence < $1.sequence }, at: driver.now) == 9)
        driver.write()
        let start = driver.now
        let tries = Self.run(&driver, Receiver(unanswered: [5]), for: 600_000) { $0.taken.count == 59 }
        #expect(tries.map(\.sequences.count) == [9, 1, 1, 1, 1, 1, 1, 1, 1, 1] && driver.rows.keys.sorted() == [5])
        #expect(driver.now.milliseconds - start.milliseconds <= 60_000 && tries.dropFirst().allSatisfy { $0.time == .seconds(10) })
    }

    @Test(arguments: [1, 100, 1000])
    func aReplayPassesAChangeThatIsNeverAnsweredWithinAMinute(_ count: Int) {
        let job = ReplayJob(sink: "s", first: 1, last: 1200, types: [], rate: nil, created: Timestamp(milliseconds: 0), who: "me")
        var machine = ReplayMachine(ReplayState(job: job), limits: SinkLimits(count: count, bytes: 1 << 20), policy: DeliveryPolicy())
        let changes = Change.findings(1...1200), receiver = Receiver(unanswered: [613], request: 5)
        var (now, first, taken) = (Timestamp(milliseconds: 1000), Timestamp?.none, Set<UInt64>())
        var tally = RequestTally()
        for _ in 0..<5000 where taken.count < 1199 {
            if let after = machine.readAfter {
                let page = Array(changes.drop { $0.sequence <= after }.prefix(count))
                machine.admit(page, takes: page.map { _ in true })
                continue
            }
            if let item = machine.missing(at: now) { machine.provide(changes[Int(item.sequence) - 1], for: item) }
            guard let batch = machine.next(at: now) else {
                now = max(now, machine.wake ?? now)
                continue
            }
            let sequences = batch.map(\.sequence)
            if first == nil, sequences.contains(613) { first = now }
            let (outcome, took) = receiver.answer(sequences, within: machine.time)
            if outcome.hasDelivered { taken.formUnion(sequences) }
            now = now.advanced(byMilliseconds: took)
            machine.end(ReplayEnd(outcome), tally: &tally, at: now, fraction: 0.5)
        }
        let milliseconds = now.milliseconds - (first ?? now).milliseconds
        #expect(taken == Set(1...1200).subtracting([613]) && milliseconds <= 60_000 && machine.job.waiting == 1, "\(taken.count), \(milliseconds) ms")
    }

    /// A sink that gathers what it sends makes one message of it, for people.
    @Test func whatIsGatheredIntoOneMessageIsNotTakenApartForBeingSlow() {
        let limits = SinkLimits(count: 40, bytes: 1 << 20, gatherMilliseconds: 1000)
        var driver = MachineDriver(limits: limits, Change.findings(1...40))
        for _ in 0..<2 {
            driver.sleep()
            #expect(driver.begin()?.count == 40)
            driver.now = driver.now.advanced(byMilliseconds: 30_000)
            driver.end(.retry(DeliveryFailure("no answer", mayHaveArrived: true)))
        }
        #expect(driver.begin()?.count == 20)
    }
}
