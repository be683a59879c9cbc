import FindingModel

/// The words that said a finding is fixed since the newest one that said it is not, in order: the first of them is the fix, the others repeat it.
package struct FixTimes: Equatable, Sendable {
    /// Words that are kept; of more than so many, those in the middle go, which count only if a late word says that the finding was open among them.
    static let kept = 32

    struct Fix: Equatable, Sendable {
        var stamp: Stamp
        /// When the finding became fixed by this word's own account.
        var said: Timestamp?
    }

    private(set) var fixes: [Fix]

    init(_ fixes: [Fix] = []) { self.fixes = fixes }

    /// When the finding became fixed; nothing while no word of a fix counts.
    package var time: Timestamp? { fixes.first.map { $0.said ?? $0.stamp.eventTime } }

    /// Adds a word of a fix, unless it is there.
    mutating func add(_ stamp: Stamp, said: Timestamp? = nil) {
        if let known = fixes.firstIndex(where: { $0.stamp.isSameWord(as: stamp) }) {
            if fixes[known].stamp < stamp { fixes[known] = Fix(stamp: stamp, said: said) }
            return
        }
        fixes.insert(Fix(stamp: stamp, said: said), at: fixes.firstIndex { stamp < $0.stamp } ?? fixes.count)
        if fixes.count > Self.kept { fixes.remove(at: fixes.count - 2) }
    }

    /// Leaves out what is older than the newest word that the finding is not fixed.
    mutating func forget(before stamp: Stamp?) {
        guard let stamp else { return }
        fixes.removeAll { $0.stamp < stamp }
    }

    /// Changes the stamps that `change` changes.
    mutating func restamp(_ change: (inout Stamp) -> Void) {
        for index in fixes.indices { change(&fixes[index].stamp) }
    }
}
