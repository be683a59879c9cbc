import NIOCore

/// The open connections: whose they are, what is held for those whose clients have not proved who they are, and which of them gives way when
/// there is no room.
///
/// Strangers are connections whose clients have proved nothing yet. A network is what their addresses are counted by. Of the most crowded
/// network the oldest gives way, so that whoever takes much loses it first, and a newcomer from elsewhere is let in.
package struct ConnectionTable<Network: Hashable & Sendable>: Sendable {
    /// How much there is room for.
    package struct Limits: Sendable {
        package var connections: Int
        /// Connections whose clients have proved nothing.
        package var strangers = Int.max
        package var connectionsPerNetwork: Int
        package var strangersPerNetwork = Int.max
        /// Bytes held for strangers.
        package var bytes: Int
        package var bytesPerNetwork: Int
        /// How many newcomers a second may each put an end to another connection of their own network.
        package var successionsPerSecond = Int.max
        /// How many may at once.
        package var successionsAtOnce = Int.max
        /// How many connections of strangers a network has at least before it counts as crowded because others have no more.
        package var crowd = 0

        package init(connections: Int, connectionsPerNetwork: Int, bytes: Int, bytesPerNetwork: Int) {
            self.connections = connections
            self.connectionsPerNetwork = connectionsPerNetwork
            self.bytes = bytes
            self.bytesPerNetwork = bytesPerNetwork
        }
    }

    /// Names a connection for as long as it is open, and never another one.
    package struct Ticket: Hashable, Sendable {
        fileprivate let slot: Int
        fileprivate let generation: UInt32
        /// Who looks after the connection, as `open` was told.
        package let owner: Int
    }

    /// What became of a new connection.
    package enum Opening: Equatable, Sendable {
        /// It is in the table; one that gave way for it is no longer, and is to be closed.
        case open(Ticket, evicted: Ticket?)
        /// Everybody else has proved who they are.
        case full
        case networkFull
    }

    /// What became of a wish to hold bytes.
    package enum Holding: Equatable, Sendable {
        /// They may be held; the connections that gave way for them are no longer in the table, and are to be closed.
        case held(evicted: [Ticket])
        /// There is no room at the moment; what was held before still is. The connections that gave way all the same are to be closed.
        case full(evicted: [Ticket])
        /// The connection itself has given way.
        case gone
    }

    private struct Entry: Sendable {
        var generation: UInt32 = 0
        var owner = 0
        var isOpen = false
        var isStranger = true
        /// Whether the limits for one network hold for it.
        var isCounted = true
        var site = -1
        var held = 0
        /// For which network bytes are held.
        var heldSite = -1
    }

    /// A network with connections or bytes.
    private struct Site: Sendable {
        var network: Network?
        var connections = 0
        var counted = 0
        var strangers = 0
        var held = 0
    }

    private let limits: Limits
    private var entries: [Entry] = []
    private var freeEntries: [Int] = []
    private var sites: [Site] = []
    private var freeSites: [Int] = []
    private var siteOf: [Network: Int] = [:]
    private var crowds = WeightHeap(), loads = WeightHeap()
    private var strangersByAge = AgeQueues(), holdersByAge = AgeQueues()
    private var claims: [Network: Int] = [:]
    private var successions: TokenBucket
    /// Connections open now.
    package private(set) var connections = 0
    /// Those whose clients have proved nothing.
    package private(set) var strangers = 0
    /// Bytes held for them.
    package private(set) var bytes = 0

    package init(limits: Limits) {
        self.limits = limits
        successions = TokenBucket(rate: limits.successionsPerSecond, burst: limits.successionsAtOnce)
    }

    // MARK: Connections

    /// Whether a newcomer is worth making a connection for.
    ///
    /// One for whom another of its own network would end, or who would be refused, is no gain to that network; of those only so many a second are
    /// let in. Networks that are nearly as crowded as the most crowded would go on taking each other's places, and count as one. From elsewhere,
    /// and from where only a few are, everybody is let in.
    ///
    /// - Parameter isCounted: as in `open`.
    package mutating func admits(_ network: Network, isCounted: Bool = true, at now: NIODeadline) -> Bool {
        guard isCounted, isCrowded(siteOf[network]) else { return true }
        return successions.take(at: now) == nil
    }

    /// Whether it is among those from which somebody gives way for one more of its connections, or nobody would.
    private func isCrowded(_ known: Int?) -> Bool {
        if let known, isFull(known) { return true }
        guard isFull else { return false }
        guard let heaviest = crowds.heaviest else { return true }
        guard let strangers = known.map({ sites[$0].strangers }) else { return false }
        return strangers >= limits.crowd && 2 * strangers >= sites[heaviest].strangers
    }

    private var isFull: Bool { connections >= limits.connections || strangers >= limits.strangers }

    private func isFull(_ site: Int) -> Bool {
        sites[site].counted >= limits.connectionsPerNetwork || sites[site].strangers >= limits.strangersPerNetwork
    }

    /// Takes a connection in, and says which gives way for it.
    ///
    /// - Parameter isCounted: false for one that speaks for many, to which the limits of one network do not apply.
    package mutating func open(_ network: Network, owner: Int, isCounted: Bool = true) -> Opening {
        var evicted: Ticket?
        let known = siteOf[network]
        if isCounted, let site = known, isFull(site) {
            guard let oldest = strangersByAge.oldest(in: site) else { return .networkFull }
            evicted = evict(oldest)
        } else if isFull {
            guard let site = crowds.heaviest, let oldest = strangersByAge.oldest(in: site) else { return .full }
            evicted = evict(oldest)
        }
        return .open(insert(network, owner: owner, isCounted: isCounted), evicted: evicted)
    }

    private mutating func insert(_ network: Network, owner: Int, isCounted: Bool) -> Ticket {
        let site = place(network)
        let slot = freeEntries.popLast() ?? entries.count
        if slot == entries.count { entries.append(Entry()) }
        let generation = entries[slot].generation
        entries[slot] = Entry(generation: generation, owner: owner, isOpen: true, isCounted: isCounted, site: site)
        connections += 1
        sites[site].connections += 1
        if isCounted { sites[site].counted += 1 }
        countStranger(slot, 1)
        return Ticket(slot: slot, generation: generation, owner: owner)
    }

    private mutating func countStranger(_ slot: Int, _ count: Int) {
        let site = entries[slot].site
        strangers += count
        sites[site].strangers += count
        crowds.set(sites[site].strangers, for: site)
        if count > 0 { strangersByAge.append(slot, to: site) } else { strangersByAge.remove(slot, from: site) }
    }

    /// The client of a connection has proved who it is.
    package mutating func prove(_ ticket: Ticket) {
        guard let slot = slot(of: ticket), entries[slot].isStranger else { return }
        entries[slot].isStranger = false
        countStranger(slot, -1)
    }

    /// A connection has ended.
    package mutating func close(_ ticket: Ticket) {
        if let slot = slot(of: ticket) { remove(slot) }
    }

    private func slot(of ticket: Ticket) -> Int? {
        guard ticket.slot < entries.count, entries[ticket.slot].isOpen, entries[ticket.slot].generation == ticket.generation else { return nil }
        return ticket.slot
    }

    private mutating func evict(_ slot: Int) -> Ticket {
        let ticket = Ticket(slot: slot, generation: entries[slot].generation, owner: entries[slot].owner)
        remove(slot)
        return ticket
    }

    private mutating func remove(_ slot: Int) {
        drop(slot)
        let entry = entries[slot]
        if entry.isStranger { countStranger(slot, -1) }
        entries[slot] = Entry(generation: entry.generation &+ 1)
        freeEntries.append(slot)
        connections -= 1
        sites[entry.site].connections -= 1
        if entry.isCounted { sites[entry.site].counted -= 1 }
        clear(entry.site)
    }

    // MARK: Bytes

    /// Holds `count` bytes for a connection in place of what was held for it before.
    ///
    /// - Parameters:
    ///   - network: for whom they are held, where that is not whom the connection was opened for.
    ///   - most: what one client may hold at least, whatever the limit for a network is: the largest body of its source.
    ///   - promptly: whether others give way at once.
    package mutating func hold(_ count: Int, for ticket: Ticket, network: Network? = nil, most: Int = 0, promptly: Bool = true) -> Holding {
        guard let slot = slot(of: ticket) else { return .gone }
        if count == 0 {
            drop(slot)
            return .held(evicted: [])
        }
        let site = network.map { place($0) } ?? entries[slot].site
        // As if there were one connection more, so that the network stays whoever gives way.
        sites[site].connections += 1
        defer {
            sites[site].connections -= 1
            clear(site)
        }
        let moves = entries[slot].held > 0 && entries[slot].heldSite != site
        let (hasRoom, evicted) = makeRoom(for: slot, site: site, own: moves ? 0 : entries[slot].held, count, most, promptly: promptly)
        guard hasRoom else { return .full(evicted: evicted) }
        if moves { drop(slot) }
        let more = count - entries[slot].held
        entries[slot].held = count
        entries[slot].heldSite = site
        bytes += more
        sites[site].held += more
        loads.set(sites[site].held, for: site)
        holdersByAge.append(slot, to: site)
        return .held(evicted: evicted)
    }

    /// Who gives way so that `slot`, which holds `own` bytes for the network, may hold `count`.
    private mutating func makeRoom(
        for slot: Int, site: Int, own: Int, _ count: Int, _ most: Int, promptly: Bool
    ) -> (hasRoom: Bool, evicted: [Ticket]) {
        var evicted: [Ticket] = []
        let more = count - own
        let siteMax = max(limits.bytesPerNetwork, most)
        guard more > 0 else { return (true, []) }
        guard count <= siteMax, count <= limits.bytes else { return (false, []) }
        while sites[site].held > siteMax - more || bytes > limits.bytes - more {
            let crowded = sites[site].held > siteMax - more ? site : loads.heaviest ?? site
            guard promptly, let oldest = holdersByAge.oldest(in: crowded, but: slot) else { return (false, evicted) }
            evicted.append(evict(oldest))
        }
        return (true, evicted)
    }

    private mutating func drop(_ slot: Int) {
        let entry = entries[slot]
        guard entry.held > 0 else { return }
        bytes -= entry.held
        sites[entry.heldSite].held -= entry.held
        loads.set(sites[entry.heldSite].held, for: entry.heldSite)
        holdersByAge.remove(slot, from: entry.heldSite)
        entries[slot].held = 0
        entries[slot].heldSite = -1
        clear(entry.heldSite)
    }

    // MARK: Requests behind proxies

    /// Counts a request in work for a client of `network`; false when it has too many.
    package mutating func claim(_ network: Network) -> Bool {
        guard claims[network, default: 0] < limits.connectionsPerNetwork else { return false }
        claims[network, default: 0] += 1
        return true
    }

    /// Ends what `claim` counted.
    package mutating func release(_ network: Network) {
        let own = claims[network] ?? 0
        claims[network] = own > 1 ? own - 1 : nil
    }

    // MARK: Networks

    private mutating func place(_ network: Network) -> Int {
        if let known = siteOf[network] { return known }
        let site = freeSites.popLast() ?? sites.count
        if site == sites.count { sites.append(Site()) }
        sites[site] = Site(network: network)
        siteOf[network] = site
        return site
    }

    /// Forgets a network of which nothing is left.
    private mutating func clear(_ site: Int) {
        guard let network = sites[site].network, sites[site].connections == 0, sites[site].held == 0 else { return }
        sites[site].network = nil
        siteOf[network] = nil
        freeSites.append(site)
    }
}
