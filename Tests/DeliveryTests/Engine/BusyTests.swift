import FindingModel
import Testing

@testable import Delivery

/// A sink that answers that it is busy, for everything or for one change only.
struct BusyTests {
    /// How long the sink asks to be left alone, in each way in which it may.
    static let asking: [DeliveryFailure] = [
        DeliveryFailure("answered 429", status: 429, retryAfter: .seconds(30)), DeliveryFailure("answered 503", status: 503, retryAfter: .seconds(5)),
        DeliveryFailure("answered 403: slow down", status: 403, retryAfter: .seconds(40)),
        DeliveryFailure("answered 500", status: 500, retryAfter: .seconds(7)),
    ]
    static let silent: [DeliveryFailure] = [
        DeliveryFailure("answered 503", status: 503), DeliveryFailure("answered 429", status: 429),
        DeliveryFailure("answered 403: the limit is used up", status: 403, isOfSink: true),
    ]

    static let ways = silent.map { DeliveryOutcome.retry($0) }

    /// A request as it went out.
    private struct Sent {
        let time: Timestamp
        let sequences: [UInt64]
        let isTaken: Bool
    }

    /// Drives on for so long; what `answer` gives takes 10 ms.
    private func run(_ driver: inout MachineDriver, seconds: Int64, answer: ([UInt64], Timestamp) -> DeliveryOutcome) -> [Sent] {
        var log: [Sent] = []
        let end = driver.now.advanced(byMilliseconds: seconds * 1000)
        while driver.now < end {
            guard driver.beginRequest() == nil, let request = driver.underWay.first else {
                guard driver.underWay.isEmpty else { continue }
                let arrival = driver.nextArrival ?? end
                driver.now = max(driver.now.advanced(byMilliseconds: 1), min(driver.machine.wake ?? arrival, arrival))
                continue
            }
            driver.now = driver.now.advanced(byMilliseconds: 10)
            let sequences = driver.sequences(of: request)
            let outcome = answer(sequences, driver.now)
            log.append(Sent(time: driver.now, sequences: sequences, isTaken: outcome.hasDelivered))
            driver.end(request, outcome)
        }
        return log
    }

    private func answer(_ poison: Set<UInt64>, _ failure: DeliveryFailure) -> ([UInt64], Timestamp) -> DeliveryOutcome {
        { sequences, _ in poison.isDisjoint(with: sequences) ? DoubtTests.yes : .retry(failure) }
    }

    @Test(arguments: [1, 2, 20, 500], silent + asking)
    func aChangeThatASinkIsAlwaysBusyForGoesOnAlone(_ count: Int, _ failure: DeliveryFailure) {
        // How often the sink must be left alone before it is known that it is busy for one change and nothing else.
        let waits: Int64 = count == 1 ? 1 : 5
        let bound = (failure.retryAfter.map { $0.wholeMilliseconds * waits } ?? 20_000) / 1000 + 15
        for poison in [1, 2, UInt64(count), 700] as [UInt64] {
            var driver = MachineDriver(count: count, Change.findings(1...1000))
            _ = run(&driver, seconds: bound, answer: answer([poison], failure))
            let taken = driver.taken.count
            #expect(taken == 999 && !driver.taken.contains(poison), "\(poison) of \(count)")
            _ = run(&driver, seconds: 300, answer: answer([poison], failure))
            #expect(driver.rows.mapValues(\.state) == [poison: .retrying] && driver.words[poison] == failure.reason && driver.balances)
            let isHealthy = driver.machine.health.isHealthy
            #expect(isHealthy && driver.machine.dead == 0)
        }
    }

    /// What comes in later is not kept by the change that goes on alone, and that one is asked about ever more seldom, never sooner than it says, until it is
    /// given up after three days.
    @Test(arguments: [silent[0], asking[2]])
    func aChangeThatGoesOnAloneKeepsNobodyAndIsGivenUpInTheEnd(_ failure: DeliveryFailure) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...1000 as ClosedRange<UInt64>).map { number in
            Change.finding(number, record: number == 900 ? "f_5" : nil, received: start.advanced(byMilliseconds: number < 10 ? -1 : Int64(number) * 600_000))
        }
        var driver = MachineDriver(count: 1, changes)
        driver.arrivesLater = true
        let log = run(&driver, seconds: 6 * 86_400, answer: answer([5], failure))
        for sent in log where sent.sequences != [5] {
            let arrival = max(driver.changes[Int(sent.sequences[0]) - 1].receivedTime.milliseconds, start.milliseconds)
            #expect(sent.time.milliseconds - arrival < 41_000, "\(sent.sequences)")
        }
        let tries = log.filter { $0.sequences == [5] }.map(\.time.milliseconds)
        #expect((100...400).contains(tries.count), "\(tries.count)")
        if let wait = failure.retryAfter { #expect(zip(tries, tries.dropFirst()).allSatisfy { $1 - $0 >= wait.wholeMilliseconds }) }
        #expect(
            driver.rows.mapValues(\.state) == [5: .dead] && driver.events.contains { if case .died(let item, _) = $0 { item.sequence == 5 } else { false } })
        #expect((tries.last ?? 0) - start.milliseconds > 72 * 3_600_000 && driver.taken.contains(860) && driver.balances)
    }

    /// A whole sink that asks for patience is asked once after each wait, whatever comes in meanwhile, and in as many requests as there may be.
    @Test(arguments: [1, 20], [1, 8])
    func aSinkThatAsksForAWaitIsNeverAskedSooner(_ count: Int, _ requests: Int) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...400 as ClosedRange<UInt64>).map { Change.finding($0, received: start.advanced(byMilliseconds: Int64($0) * 10_000)) }
        for failure in Self.asking {
            var driver = MachineDriver(limits: SinkLimits(count: count, bytes: 1 << 20, requests: requests), changes)
            driver.arrivesLater = true
            let log = run(&driver, seconds: 3600) { _, _ in .retry(failure) }
            let wait = failure.retryAfter?.wholeMilliseconds ?? 0
            #expect(zip(log, log.dropFirst()).allSatisfy { $1.time.milliseconds - $0.time.milliseconds >= wait }, "\(failure.reason)")
            #expect(log.count > 3500 / (Int(wait) / 1000 + 1) / 2 && driver.rows.isEmpty && driver.machine.position.cursor == 0)
        }
    }

    /// Of several requests under way some are still taken when the sink has asked for a wait: that does not end it.
    @Test func whatWasUnderWayEndsNoWait() {
        var driver = MachineDriver(limits: SinkLimits(count: 1, bytes: 1 << 20, requests: 4), Change.findings(1...40))
        let requests = (0..<4).compactMap { _ in driver.beginRequest() }
        driver.end(requests[1], .retry(Self.asking[0]))
        driver.end(requests[2], .retry(Self.silent[0]))
        driver.end(requests[0], DoubtTests.yes)
        driver.end(requests[3], DoubtTests.yes)
        #expect(driver.begin() == nil && driver.machine.wake == driver.start.advanced(byMilliseconds: 30_000))
        driver.sleep()
        #expect(driver.begin() == [5] && driver.beginRequest() == nil)
        driver.end(DoubtTests.yes)
        #expect(Set(driver.drain { _ in DoubtTests.yes }) == Set(6...40).union([2, 3]) && driver.rows.isEmpty && driver.balances)
    }

    /// One request in ten seconds is all that the sink takes, and it says so: everything arrives, and nothing is given up.
    @Test(arguments: [1, 20])
    func aSinkThatLimitsItsRateGetsEverything(_ count: Int) {
        var driver = MachineDriver(count: count, Change.findings(1...200))
        var free = driver.now
        let log = run(&driver, seconds: 24 * 3600) { _, now in
            guard now >= free else {
                let seconds = (free.milliseconds - now.milliseconds + 999) / 1000
                return .retry(DeliveryFailure("answered 429", status: 429, retryAfter: .seconds(seconds)))
            }
            free = now.advanced(byMilliseconds: 10_000)
            return DoubtTests.yes
        }
        let taken = driver.taken.count
        #expect(taken == 200 && driver.rows.isEmpty && driver.machine.dead == 0, "\(log.count) requests")
    }

    /// A sink that is down for a day: the same batch again at first, so that a receiver can tell, then one change after each wait, and no row.
    @Test(arguments: [1, 20], silent)
    func aSinkThatIsBusyForADayIsAskedSeldomAndMakesNoRow(_ count: Int, _ failure: DeliveryFailure) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...8640 as ClosedRange<UInt64>).map { Change.finding($0, received: start.advanced(byMilliseconds: Int64($0) * 10_000 - 300_000)) }
        var driver = MachineDriver(count: count, changes)
        driver.arrivesLater = true
        let log = run(&driver, seconds: 86_400) { _, _ in .retry(failure) }
        #expect((500...700).contains(log.count) && driver.rows.isEmpty && driver.machine.position.cursor == 0, "\(log.count)")
        #expect(log.prefix(2).map(\.sequences.count) == (count == 1 ? [1, 1] : [20, 20]) && (count == 1 || log[0].sequences == log[1].sequences))
        #expect(log.dropFirst(2).allSatisfy { $0.sequences.count == 1 } && log[2].sequences != log[3].sequences)
        #expect(log.filter { $0.time.milliseconds - start.milliseconds < 60_000 }.count <= 12)
        #expect(Set(driver.drain { _ in DoubtTests.yes }) == Set(1...8640) && driver.rows.isEmpty && driver.balances)
    }

    /// Nothing was left to compare with, for hours; what comes in then shows within half a minute whose failure it is.
    @Test(arguments: silent)
    func aChangeThatComesInShowsWhoseFailureItIs(_ failure: DeliveryFailure) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...2 as ClosedRange<UInt64>).map { Change.finding($0, received: start.advanced(byMilliseconds: $0 == 1 ? -1 : 20_000_000)) }
        var driver = MachineDriver(count: 5, changes)
        driver.arrivesLater = true
        _ = run(&driver, seconds: 20_000, answer: answer([1], failure))
        #expect(driver.taken.isEmpty && driver.rows.isEmpty && driver.machine.health.outage?.failure == failure)
        _ = run(&driver, seconds: 31, answer: answer([1], failure))
        #expect(driver.taken == [2] && driver.rows.mapValues(\.state) == [1: .retrying] && driver.machine.health.isHealthy)
    }

    /// Some at fault among many good ones, in batches of any size, with records in common: what is good leaves soon, and none of a record overtakes another.
    @Test(arguments: 0..<40)
    func someThatASinkIsBusyForHoldNoOthersBack(_ seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let start = MachineDriver(count: 1, []).start
        let changes = (1...120 as ClosedRange<UInt64>).map { number in
            Change.finding(
                number, record: "f_\(Int.random(in: 0..<80, using: &random))",
                received: start.advanced(byMilliseconds: Int64.random(in: 0...1, using: &random) * Int64(number) * 1000))
        }.sorted { ($0.receivedTime, $0.sequence) < ($1.receivedTime, $1.sequence) }
        let ordered = changes.enumerated().map { index, change in Change.finding(UInt64(index + 1), record: change.subject, received: change.receivedTime) }
        let poison = Set((0..<4).map { _ in UInt64.random(in: 1...120, using: &random) })
        let limits = SinkLimits(count: [1, 1, 7, 50].randomElement(using: &random) ?? 1, bytes: 1 << 20, requests: seed % 5 == 0 ? 4 : 1)
        var driver = MachineDriver(limits: limits, ordered)
        driver.arrivesLater = true
        let failure = Self.silent[seed % Self.silent.count]
        let log = run(&driver, seconds: 300, answer: answer(poison, failure))
        let blocked = Set(ordered.filter { poison.contains($0.sequence) }.map(\.subject))
        let good = ordered.filter { change in
            !ordered.contains { $0.subject == change.subject && $0.sequence <= change.sequence && poison.contains($0.sequence) }
        }
        let missing = Set(good.map(\.sequence)).symmetricDifference(driver.taken).sorted()
        #expect(missing.isEmpty, "seed \(seed), \(limits.count) at once, at fault \(poison.sorted())")
        #expect(driver.rows.values.allSatisfy { blocked.contains($0.uid) && [.retrying, .held].contains($0.state) } && driver.balances)
        var last: [String: UInt64] = [:]
        for sequence in log.lazy.filter(\.isTaken).flatMap(\.sequences) {
            let subject = ordered[Int(sequence) - 1].subject
            #expect(last[subject] ?? 0 <= sequence, "seed \(seed): \(subject)")
            last[subject] = sequence
        }
        // Once nothing is at fault any more, all of it arrives.
        _ = run(&driver, seconds: 7200) { _, _ in DoubtTests.yes }
        #expect(driver.isDone && driver.taken.count == 120 && driver.rows.isEmpty && driver.balances)
    }

    /// Ten refusals of which the last shows that they are the sink's doing: none of them is called a dead letter.
    @Test(arguments: [false, true])
    func noDeadLetterIsNamedThatIsNone(atRest: Bool) {
        var driver = MachineDriver(count: 1, Change.findings(1...10))
        for _ in 1...10 {
            guard driver.begin() != nil else { continue }
            driver.end(.reject(SinkMachineTests.refused))
            if atRest {
                driver.machine.endStreak(isOver: false)
                driver.write()
            }
        }
        let dead = driver.events.filter { if case .died = $0 { true } else { false } }.count
        #expect(driver.machine.health.isPaused && driver.machine.dead == 0)
        // What was named before anything else was there is named again as what it is.
        #expect(dead == (atRest ? 9 : 0) && driver.events.contains(.pendingAgain(9)) == atRest)
    }

    /// What is refused while others are taken, or with nothing behind it, is called a dead letter once.
    @Test func aDeadLetterIsNamedOnce() {
        var driver = MachineDriver(count: 1, Change.findings(1...5))
        _ = driver.drain(steps: 20) { $0 == [2] as [UInt64] || $0 == [5] as [UInt64] ? .reject(SinkMachineTests.refused) : DoubtTests.yes }
        driver.machine.endStreak(isOver: false)
        driver.machine.endStreak()
        driver.write()
        let named: [UInt64] = driver.events.compactMap { if case .died(let item, _) = $0 { item.sequence } else { nil } }
        #expect(named == [2, 5] && driver.machine.dead == 2)
    }
}
