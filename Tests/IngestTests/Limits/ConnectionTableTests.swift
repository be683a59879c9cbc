import NIOCore
import Testing

@testable import Ingest

struct ConnectionTableTests {
    private typealias Table = ConnectionTable<String>

    private static func table(connections: Int = 100, perNetwork: Int = 100, bytes: Int = 100, bytesPerNetwork: Int = 100) -> Table {
        Table(limits: Table.Limits(connections: connections, connectionsPerNetwork: perNetwork, bytes: bytes, bytesPerNetwork: bytesPerNetwork))
    }

    /// The ticket of a new connection, for which nobody had to give way.
    private static func open(_ table: inout Table, _ network: String, isCounted: Bool = true) throws -> Table.Ticket {
        guard case .open(let ticket, nil) = table.open(network, owner: 0, isCounted: isCounted) else { throw ClientError("no room for \(network)") }
        return ticket
    }

    @Test func inAFullTableTheOldestStrangerOfTheMostCrowdedNetworkGivesWay() throws {
        var table = Self.table(connections: 5)
        let lone = try Self.open(&table, "lone")
        let crowd = try (0..<3).map { _ in try Self.open(&table, "crowd") }
        _ = try Self.open(&table, "pair")
        guard case .open(let second, let evicted) = table.open("pair", owner: 7) else { throw ClientError("refused") }
        #expect(evicted == crowd[0] && second.owner == 7 && table.connections == 5)
        // Now two networks have two strangers each; whose turn it is, the lone one stays.
        for _ in 0..<3 {
            guard case .open(_, let next) = table.open("other", owner: 0) else { throw ClientError("refused") }
            #expect(next != nil && next != lone)
        }
        #expect(table.connections == 5)
    }

    @Test func whoHasProvedWhoHeIsStays() throws {
        var table = Self.table(connections: 3)
        let known = try Self.open(&table, "crowd"), alsoKnown = try Self.open(&table, "crowd"), stranger = try Self.open(&table, "far")
        table.prove(known)
        table.prove(alsoKnown)
        table.prove(alsoKnown)
        #expect(table.strangers == 1)
        guard case .open(let next, let evicted) = table.open("new", owner: 0) else { throw ClientError("refused") }
        #expect(evicted == stranger)
        table.prove(next)
        #expect(table.open("new", owner: 0) == .full)
        table.close(known)
        #expect(table.connections == 2)
        _ = try Self.open(&table, "new")
    }

    @Test func aNetworkHasItsOwnLimitAndItsOwnOldest() throws {
        var table = Self.table(perNetwork: 2)
        _ = try Self.open(&table, "far")
        let first = try Self.open(&table, "near"), second = try Self.open(&table, "near")
        guard case .open(let third, let evicted) = table.open("near", owner: 0) else { throw ClientError("refused") }
        #expect(evicted == first)
        table.prove(second)
        table.prove(third)
        #expect(table.open("near", owner: 0) == .networkFull)
        // Who speaks for many is not held to it.
        _ = try Self.open(&table, "near", isCounted: false)
    }

    @Test func strangersMayHaveALimitOfTheirOwn() throws {
        var limits = Table.Limits(connections: 10, connectionsPerNetwork: 10, bytes: 0, bytesPerNetwork: 0)
        limits.strangers = 3
        limits.strangersPerNetwork = 2
        var table = Table(limits: limits)
        let known = try Self.open(&table, "near")
        table.prove(known)
        let first = try Self.open(&table, "near")
        _ = try Self.open(&table, "near")
        guard case .open(_, let evicted) = table.open("near", owner: 0) else { throw ClientError("refused") }
        #expect(evicted == first)
        _ = try Self.open(&table, "far")
        guard case .open(_, let next) = table.open("farther", owner: 0) else { throw ClientError("refused") }
        #expect(next != nil && next != known && table.strangers == 3 && table.connections == 4)
    }

    private static func at(_ milliseconds: Int64) -> NIODeadline { .uptimeNanoseconds(1_000_000_000_000) + .milliseconds(milliseconds) }

    @Test func newcomersWhoOnlyReplaceTheirOwnKindAreAdmittedAtARate() throws {
        var limits = Table.Limits(connections: 4, connectionsPerNetwork: 3, bytes: 0, bytesPerNetwork: 0)
        limits.successionsPerSecond = 10
        limits.successionsAtOnce = 2
        var table = Table(limits: limits)
        func admitted(_ network: String, of count: Int = 5, at milliseconds: Int64) -> Int {
            (0..<count).count { _ in table.admits(network, at: Self.at(milliseconds)) }
        }
        let crowd = try (0..<3).map { _ in try Self.open(&table, "crowd") }
        #expect(admitted("crowd", at: 0) == 2 && admitted("crowd", at: 100) == 1)
        // Who speaks for many is not held to it, and nobody from elsewhere is.
        #expect((0..<5).allSatisfy { _ in table.admits("crowd", isCounted: false, at: Self.at(100)) })
        let far = try Self.open(&table, "far")
        #expect(admitted("far", at: 100) == 5 && admitted("new", at: 100) == 5 && admitted("crowd", at: 100) == 0)
        // A network that is about as crowded as any is one of those that give way.
        for ticket in crowd[1...] { table.close(ticket) }
        let late = try ["other", "another"].map { try Self.open(&table, $0) }
        #expect(admitted("far", at: 100) == 0 && admitted("new", at: 100) == 5)
        // Who has proved who he is crowds nobody, and where all have, there is room for none.
        for ticket in [crowd[0], far] { table.prove(ticket) }
        #expect(admitted("crowd", at: 100) == 5)
        for ticket in late { table.prove(ticket) }
        #expect(admitted("new", at: 100) == 0)
        table.close(far)
        #expect(admitted("crowd", at: 100) == 5 && admitted("other", at: 100) == 5)
    }

    /// Whoever has many networks fills the table with one connection of each, and takes every turn that there is.
    @Test func aSendersSecondConnectionIsNoneOfACrowds() throws {
        var limits = Table.Limits(connections: 100, connectionsPerNetwork: 50, bytes: 0, bytesPerNetwork: 0)
        (limits.successionsPerSecond, limits.successionsAtOnce, limits.crowd) = (1, 1, 16)
        var table = Table(limits: limits)
        for number in 0..<99 { _ = try Self.open(&table, "crowd-\(number)") }
        _ = try Self.open(&table, "vendor")
        #expect((0..<20).count { _ in table.admits("vendor", at: Self.at(0)) } == 20)
        // Sixteen of one network are a crowd.
        table = Table(limits: limits)
        for number in 0..<100 { _ = try Self.open(&table, number < 16 ? "many" : "crowd-\(number)") }
        let admitted = ["many", "crowd-20"].map { network in (0..<20).count { _ in table.admits(network, at: Self.at(0)) } }
        #expect(admitted == [1, 20])
    }

    /// As many connections as there may be, and a hundred thousand newcomers in one moment.
    @Test func aCrowdAtTheDoorHasFewConnectionsMadeAndHoldsUpNobodyElse() throws {
        var limits = Table.Limits(connections: 10_000, connectionsPerNetwork: 500, bytes: 0, bytesPerNetwork: 0)
        limits.successionsPerSecond = 1000
        limits.successionsAtOnce = 500
        var table = Table(limits: limits)
        for number in 0..<10_000 { _ = try Self.open(&table, "crowd-\(number % 20)") }
        var made = 0, elsewhere = 0
        for number in 0..<100_000 {
            let isElsewhere = number % 1000 == 0
            let network = isElsewhere ? "far-\(number)" : "crowd-\(number % 20)"
            guard table.admits(network, at: Self.at(0)) else { continue }
            guard case .open(_, _?) = table.open(network, owner: 0) else { throw ClientError("nobody gave way for \(network)") }
            if isElsewhere { elsewhere += 1 } else { made += 1 }
        }
        #expect(elsewhere == 100 && made == 500)
        #expect(table.connections == 10_000)
    }

    @Test func overItsBudgetTheOldestHolderOfTheHeaviestNetworkGivesWay() throws {
        var table = Self.table()
        let small = try Self.open(&table, "small"), idle = try Self.open(&table, "heavy")
        let heavy = try (0..<3).map { _ in try Self.open(&table, "heavy") }
        #expect(table.hold(10, for: small) == .held(evicted: []))
        // In another order than they were opened in: what counts is since when they hold something.
        for index in [1, 0, 2] { #expect(table.hold(30, for: heavy[index]) == .held(evicted: [])) }
        #expect(table.bytes == 100)
        #expect(table.hold(11, for: small, promptly: false) == .full(evicted: []))
        #expect(table.hold(11, for: small) == .held(evicted: [heavy[1]]))
        #expect(table.hold(1, for: heavy[1]) == .gone)
        #expect(table.bytes == 71)
        // Whoever holds nothing is in nobody's way.
        #expect(table.hold(90, for: small) == .held(evicted: [heavy[0], heavy[2]]))
        #expect(table.hold(10, for: idle) == .held(evicted: []))
        #expect(table.hold(0, for: small) == .held(evicted: []))
        #expect(table.bytes == 10)
    }

    @Test func aNetworkHasABudgetOfItsOwnOrOneLargestBody() throws {
        var table = Self.table(bytes: 100, bytesPerNetwork: 40)
        let one = try Self.open(&table, "net"), two = try Self.open(&table, "net"), far = try Self.open(&table, "far")
        #expect(table.hold(10, for: far) == .held(evicted: []))
        #expect(table.hold(40, for: one) == .held(evicted: []))
        #expect(table.hold(41, for: one) == .full(evicted: []))
        #expect(table.hold(60, for: one, most: 60) == .held(evicted: []))
        #expect(table.hold(5, for: two, promptly: false) == .full(evicted: []))
        #expect(table.hold(5, for: two) == .held(evicted: [one]))
        #expect(table.hold(.max, for: two, most: .max) == .full(evicted: []))
    }

    @Test func behindAProxyBytesAreHeldForItsClient() throws {
        var table = Self.table(bytesPerNetwork: 40)
        let one = try Self.open(&table, "proxy", isCounted: false), two = try Self.open(&table, "proxy", isCounted: false)
        #expect(table.hold(40, for: one, network: "client") == .held(evicted: []))
        #expect(table.hold(40, for: two, network: "other") == .held(evicted: []))
        #expect(table.hold(1, for: one) == .held(evicted: []))
        #expect(table.hold(40, for: one, network: "other", promptly: false) == .full(evicted: []))
        #expect(table.hold(40, for: one, network: "other") == .held(evicted: [two]))
        #expect(table.bytes == 40)
    }

    @Test func requestsBehindAProxyAreCountedForTheirClient() {
        var table = Self.table(perNetwork: 2)
        var claimed: [Bool] = []
        for client in ["a", "a", "a", "b"] { claimed.append(table.claim(client)) }
        #expect(claimed == [true, true, false, true])
        table.release("a")
        let again = table.claim("a")
        #expect(again)
    }

    /// Whatever happens in whatever order, the limits hold, and nothing is left when all have gone.
    @Test func countsStayTrueOverRandomHistories() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            var table = Self.table(connections: 20, perNetwork: 8, bytes: 300, bytesPerNetwork: 120)
            var open: [(ticket: Table.Ticket, network: String, isStranger: Bool, held: Int)] = []
            func forget(_ evicted: [Table.Ticket]) {
                for ticket in evicted {
                    let index = open.firstIndex { $0.ticket == ticket }
                    #expect(index.map { open[$0].isStranger || open[$0].held > 0 } == true, "seed \(seed)")
                    if let index { open.remove(at: index) }
                }
            }
            for _ in 0..<2000 {
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1:
                    let network = "n\(Int.random(in: 0..<6, using: &random))"
                    if case .open(let ticket, let evicted) = table.open(network, owner: 0) {
                        forget(evicted.map { [$0] } ?? [])
                        open.append((ticket, network, true, 0))
                    }
                case 2 where !open.isEmpty:
                    let index = Int.random(in: open.indices, using: &random)
                    table.prove(open[index].ticket)
                    open[index].isStranger = false
                case 3, 4:
                    guard let index = open.indices.randomElement(using: &random) else { break }
                    let count = Int.random(in: 0...130, using: &random), ticket = open[index].ticket
                    switch table.hold(count, for: ticket, promptly: Bool.random(using: &random)) {
                    case .held(let evicted):
                        open[index].held = count
                        forget(evicted)
                    case .full(let evicted): forget(evicted)
                    case .gone: Issue.record("seed \(seed): a connection was forgotten without a word")
                    }
                default:
                    guard let index = open.indices.randomElement(using: &random) else { break }
                    table.close(open.remove(at: index).ticket)
                }
                #expect(table.connections == open.count && table.connections <= 20, "seed \(seed)")
                #expect(table.strangers == open.count { $0.isStranger }, "seed \(seed)")
                #expect(table.bytes == open.reduce(0) { $0 + $1.held } && table.bytes <= 300, "seed \(seed)")
                for network in Set(open.map(\.network)) {
                    let own = open.filter { $0.network == network }
                    #expect(own.count <= 8 && own.reduce(0) { $0 + $1.held } <= 120, "seed \(seed)")
                }
            }
            for connection in open { table.close(connection.ticket) }
            #expect(table.connections == 0 && table.strangers == 0 && table.bytes == 0)
        }
    }
}
