import Synchronization

/// What waits to be written: filled by everybody, emptied by the writer thread.
final class AppendQueue: Sendable {
    /// A draft, and who is told what became of it.
    struct Item: Sendable {
        let draft: EntryDraft
        let token: UInt64
        let receiver: any AppendReceiver
    }

    /// What the writer has to do.
    struct Work {
        var items: [Item] = []
        /// Those for which there was no room.
        var refused: [Item] = []
        var stops = false
    }

    private struct State {
        var items: [Item] = []
        var refused: [Item] = []
        var bytes = 0
        var writerSleeps = false
        /// How many items have to be there before the writer is woken.
        var wakeCount = 1
        var stops = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wake: ThreadSignal
    private let bytesMax: Int

    /// A queue that holds at most `bytesMax` bytes of bodies.
    init(bytesMax: Int) throws(SystemError) {
        wake = try ThreadSignal()
        self.bytesMax = bytesMax
    }

    /// Adds `item`; false when the writer is gone.
    func put(_ item: consuming Item) -> Bool {
        let item = item
        let (taken, sleeps) = state.withLock { state -> (Bool, Bool) in
            guard !state.isClosed else { return (false, false) }
            let size = item.draft.body.count + 512
            if state.bytes + size <= bytesMax {
                state.bytes += size
                state.items.append(item)
            } else {
                state.refused.append(item)
            }
            guard state.writerSleeps, state.items.count >= state.wakeCount || !state.refused.isEmpty else { return (true, false) }
            state.writerSleeps = false
            return (true, true)
        }
        if sleeps { wake.signal() }
        return taken
    }

    /// Asks the writer to finish what is queued and end.
    func stop() {
        state.withLock { $0.stops = true }
        wake.signal()
    }

    /// Gives the writer what is queued, without waiting.
    ///
    /// `work` is handed in empty, so that its memory is used again.
    func take(_ work: inout Work) {
        state.withLock { state in
            swap(&state.items, &work.items)
            swap(&state.refused, &work.refused)
            state.bytes = 0
            work.stops = state.stops
        }
    }

    /// Blocks the writer until there is something to do.
    func wait() {
        while true {
            guard sleeps(until: 1) else { return }
            wake.wait()
        }
    }

    /// Blocks the writer until `count` items are there, something else is to be done, or `milliseconds` have passed.
    func wait(for count: Int, milliseconds: Int) {
        guard sleeps(until: count) else { return }
        wake.wait(milliseconds: milliseconds)
        state.withLock { $0.writerSleeps = false }
    }

    /// Notes that the writer sleeps until `count` items are there; false when there is something to do at once.
    private func sleeps(until count: Int) -> Bool {
        state.withLock { state in
            state.writerSleeps = state.items.count < count && state.refused.isEmpty && !state.stops
            state.wakeCount = count
            return state.writerSleeps
        }
    }

    /// How many items wait.
    var count: Int { state.withLock { $0.items.count } }

    /// Takes no more, and gives what came last.
    func close() -> [Item] {
        state.withLock { state in
            state.isClosed = true
            defer {
                state.items = []
                state.refused = []
            }
            return state.items + state.refused
        }
    }
}
