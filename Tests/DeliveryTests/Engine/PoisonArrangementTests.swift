import FindingModel
import State
import Testing

@testable import Delivery

/// What is good leaves soon, wherever and however the changes at fault stand before, between and behind it, and nobody is asked without end.
struct PoisonArrangementTests {
    /// What the sink is: how much it takes at once, and how it answers a change at fault.
    struct Receiver: CustomTestStringConvertible, Sendable {
        let count: Int
        let requests: Int
        let way: DeliveryOutcome

        var testDescription: String { "\(count) changes in each of \(requests) requests, \(way.failure?.reason ?? "")" }
    }

    private static let putOff = DeliveryFailure("this index is read-only", status: 500)

    static let receivers: [Receiver] = [(1, 1), (1, 4), (20, 1), (500, 1)].flatMap { count, requests in
        (DoubtTests.ways + [.reject(DeliveryFailure("answered 400", status: 400)), .items([.retry(putOff)], status: 200, id: nil)]).map {
            Receiver(count: count, requests: requests, way: $0)
        }
    }

    /// An arrangement: which changes are at fault, and when each comes in.
    private struct Arrangement {
        var changes: [Change] = []
        var poison: Set<UInt64> = []

        /// Runs of bad and good ones in turn, all at once, or a few at a time over some minutes, after some that went well.
        init(_ random: inout SeededRandom, at start: Timestamp) {
            var time = start
            for _ in 0..<Int.random(in: 0...5, using: &random) { add(isBad: false, at: time) }
            var left = Int.random(in: 1...40, using: &random)
            let runs = [1, 3, 15, 40].randomElement(using: &random) ?? 1, pause = [0, 0, 200, 20_000, 70_000].randomElement(using: &random) ?? 0
            while left > 0 {
                if Int.random(in: 0..<3, using: &random) == 0 { time = time.advanced(byMilliseconds: Int64.random(in: 0...Int64(pause), using: &random)) }
                for _ in 0..<Int.random(in: 1...min(runs, left), using: &random) {
                    add(isBad: true, at: time)
                    left -= 1
                }
                for _ in 0..<Int.random(in: 0...runs, using: &random) { add(isBad: false, at: time) }
            }
            // One more when the rows of the bad ones are being tried, between two that are bad where there are few.
            time = time.advanced(byMilliseconds: Int64.random(in: 0...600_000, using: &random))
            if poison.count < 40 { add(isBad: true, at: time) }
            add(isBad: false, at: time)
            if poison.count < 40 { add(isBad: true, at: time) }
        }

        private mutating func add(isBad: Bool, at time: Timestamp) {
            let sequence = UInt64(changes.count + 1)
            changes.append(.finding(sequence, received: time))
            if isBad { poison.insert(sequence) }
        }
    }

    private static func answer(_ sequences: [UInt64], _ poison: Set<UInt64>, _ way: DeliveryOutcome) -> DeliveryOutcome {
        guard !poison.isDisjoint(with: sequences) else { return DoubtTests.yes }
        guard case .items(let items, let status, _) = way else { return way }
        return .items(sequences.map { poison.contains($0) ? items[0] : .delivered }, status: status, id: nil)
    }

    @Test(arguments: receivers, 1...4 as ClosedRange<UInt64>)
    func whatIsGoodLeavesWithinAMinuteOfComingIn(_ receiver: Receiver, _ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let arrangement = Arrangement(&random, at: MachineDriver(count: 1, []).start)
        let limits = SinkLimits(count: receiver.count, bytes: 1 << 20, requests: receiver.requests)
        var driver = MachineDriver(limits: limits, arrangement.changes)
        driver.arrivesLater = true
        let arrivals = Dictionary(uniqueKeysWithValues: arrangement.changes.map { ($0.sequence, $0.receivedTime) })
        var late: [UInt64: Int64] = [:]
        var failures: [Timestamp] = [], mostFailures = 0
        let end = (arrangement.changes.last?.receivedTime ?? driver.now).advanced(byMilliseconds: 120_000)
        while driver.now < end {
            driver.fraction = Double.random(in: 0..<1, using: &random)
            if driver.beginRequest() != nil { continue }
            guard let request = driver.underWay.randomElement(using: &random) else {
                let next = driver.nextArrival ?? end
                driver.now = max(driver.now.advanced(byMilliseconds: 1), min(driver.machine.wake ?? next, next))
                continue
            }
            driver.now = driver.now.advanced(byMilliseconds: 20)
            let sequences = driver.sequences(of: request), before = driver.taken
            let outcome = Self.answer(sequences, arrangement.poison, receiver.way)
            driver.end(request, outcome)
            for sequence in sequences where driver.taken.contains(sequence) && !before.contains(sequence) {
                let wait = driver.now.milliseconds - (arrivals[sequence] ?? driver.now).milliseconds
                if wait > 60_000 { late[sequence] = wait }
            }
            failures = outcome.hasDelivered ? [] : failures.filter { driver.now.milliseconds - $0.milliseconds < 60_000 } + [driver.now]
            mostFailures = max(mostFailures, failures.count)
        }
        let good = Set(arrangement.changes.map(\.sequence)).subtracting(arrangement.poison)
        #expect(late.isEmpty && driver.taken.isSuperset(of: good), "seed \(seed): \(late), not sent \(good.subtracting(driver.taken).sorted())")
        #expect(driver.balances && mostFailures <= 90, "seed \(seed): \(mostFailures) requests in a minute and none taken")
    }

    /// While nothing is taken, however much comes in, there are some more requests in the first minute, and then hardly any.
    @Test(arguments: receivers.filter { $0.requests == 1 && $0.count != 20 })
    func aSinkThatIsDownIsAskedSeldomWhateverComesIn(_ receiver: Receiver) {
        let start = MachineDriver(count: 1, []).start
        let changes = (1...2400 as ClosedRange<UInt64>).map { Change.finding($0, received: start.advanced(byMilliseconds: Int64($0) * 1000)) }
        var driver = MachineDriver(limits: SinkLimits(count: receiver.count, bytes: 1 << 20), changes)
        driver.arrivesLater = true
        var minutes = [Int](repeating: 0, count: 41)
        while case let elapsed = driver.now.milliseconds - start.milliseconds, elapsed < 2_400_000 {
            guard let request = driver.beginRequest() else {
                driver.now = max(
                    driver.now.advanced(byMilliseconds: 1), min(driver.machine.wake ?? .init(milliseconds: .max), driver.now.advanced(byMilliseconds: 1000)))
                continue
            }
            minutes[Int(elapsed / 60_000)] += 1
            driver.now = driver.now.advanced(byMilliseconds: 20)
            driver.end(request, Self.answer(driver.sequences(of: request), Set(driver.sequences(of: request)), receiver.way))
        }
        #expect((minutes.max() ?? 0) <= 90 && minutes.dropFirst(3).allSatisfy { $0 <= 12 }, "\(minutes)")
        #expect(driver.machine.dead == 0 && driver.taken.isEmpty && driver.balances)
    }
}
