import FindingModel
import State
import Synchronization

/// Changes in memory.
final class MemoryFeed: ChangeFeed {
    struct Unreadable: Error {}

    private struct State {
        var changes: [Change] = []
        var failures = 0
        var epoch: UInt64 = 0
        var place: ChangePlace = .gone(after: 0)
        var isCaughtUp = true
        var nextID = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
    }

    private let state = Mutex(State())

    init(_ changes: [Change] = []) { state.withLock { $0.changes = changes } }

    func append(_ changes: [Change]) {
        let waiting = state.withLock { state in
            state.changes += changes
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Puts another row of changes in place of the present one.
    func remake(_ changes: [Change]) {
        let waiting = state.withLock { state in
            state.changes = changes
            state.epoch += 1
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for waiter in waiting { waiter.resume() }
    }

    var all: [Change] { state.withLock { $0.changes } }

    func erased(among ids: [String]) async throws -> Set<String> {
        Set(all.filter(\.isErased).map(\.id)).intersection(ids)
    }

    var epoch: UInt64 { state.withLock { $0.epoch } }

    /// Makes the next reads fail.
    func fail(times: Int) { state.withLock { $0.failures = times } }

    func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change] {
        try state.withLock { state in
            if state.failures > 0 {
                state.failures -= 1
                throw Unreadable()
            }
            var page: [Change] = []
            var bytes = 0
            let begin = state.changes.partitioningIndex { $0.sequence > sequence }
            for change in state.changes[begin...].prefix(limit) {
                bytes += change.data.bytes.count
                if !page.isEmpty, bytes > maxBytes { break }
                page.append(change)
            }
            return page
        }
    }

    func lastSequence() async throws -> UInt64 { state.withLock { $0.changes.last?.sequence ?? 0 } }

    func firstSequence(from beginning: ReceiptBound) async throws -> UInt64 {
        state.withLock { state in
            state.changes.first { beginning.begins(before: $0) }?.sequence ?? (state.changes.last?.sequence ?? 0) + 1
        }
    }

    func lastSequence(before end: ReceiptBound) async throws -> UInt64 {
        state.withLock { state in state.changes.last { end.ends(behind: $0) }?.sequence ?? 0 }
    }

    /// Says from now on that changes that are not there are at `place`, and whether more is to come.
    func answer(_ place: ChangePlace, isCaughtUp: Bool = true) {
        state.withLock { state in
            state.place = place
            state.isCaughtUp = isCaughtUp
        }
    }

    func isCaughtUp() async throws -> Bool { state.withLock { $0.isCaughtUp } }

    func place(of id: String) async throws -> ChangePlace {
        state.withLock { state in state.changes.first { $0.id == id }.map { .at($0.sequence) } ?? state.place }
    }

    func changes(of uid: String, after sequence: UInt64, limit: Int) async throws -> [Change] {
        Array(all.filter { $0.subject == uid && $0.sequence > sequence }.reversed().prefix(limit))
    }

    func newestChange(of uid: String) async throws -> Change? { state.withLock { $0.changes.last { $0.subject == uid } } }

    func waitForChange(after sequence: UInt64, in epoch: UInt64) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isOver =
                        state.epoch != epoch || state.changes.last.map { $0.sequence > sequence } ?? false || state.cancelled.remove(id) != nil
                    if !isOver { state.waiting[id] = continuation }
                    return isOver
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
                if let waiter = state.waiting.removeValue(forKey: id) { return waiter }
                state.cancelled.insert(id)
                return nil
            }
            waiter?.resume()
        }
    }
}

extension Array {
    /// The first index for which `predicate`, false and then true, is true.
    fileprivate func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
