/// Many queues of things in the order in which they came; each thing stands in one of them at most and leaves from anywhere.
///
/// Things and queues are numbers from 0 on, given by the owner.
struct AgeQueues: Sendable {
    private struct Link: Sendable {
        var before = -1, after = -1
        var isIn = false
    }

    private var links: [Link] = []
    private var ends: [(first: Int, last: Int)] = []

    /// The one that has been in `queue` for longest, `other` aside.
    func oldest(in queue: Int, but other: Int? = nil) -> Int? {
        guard queue < ends.count, ends[queue].first >= 0 else { return nil }
        let first = ends[queue].first
        guard first == other else { return first }
        return links[first].after >= 0 ? links[first].after : nil
    }

    /// Puts `thing` at the end of `queue`; nothing happens when it stands there.
    mutating func append(_ thing: Int, to queue: Int) {
        while links.count <= thing { links.append(Link()) }
        while ends.count <= queue { ends.append((-1, -1)) }
        guard !links[thing].isIn else { return }
        let last = ends[queue].last
        links[thing] = Link(before: last, isIn: true)
        if last >= 0 { links[last].after = thing } else { ends[queue].first = thing }
        ends[queue].last = thing
    }

    /// Takes `thing` out of `queue`, in which it stands, or of none.
    mutating func remove(_ thing: Int, from queue: Int) {
        guard thing < links.count, links[thing].isIn else { return }
        let link = links[thing]
        if link.before >= 0 { links[link.before].after = link.after } else { ends[queue].first = link.after }
        if link.after >= 0 { links[link.after].before = link.before } else { ends[queue].last = link.before }
        links[thing] = Link()
    }
}
