import Dispatch
import FindingModel
import Glibc
import Journal
import Logging
import Synchronization

/// Keeps state.db up with the journal, on a thread of its own that gives way to everything that answers senders.
package final class Projector: Sendable {
    package let store: StateStore
    package let journal: any Journal
    let options: ProjectorOptions
    let makeMapper: @Sendable () -> any ReceiptMapper
    /// Told of every transaction that made changes.
    package let changes = ChangeSignal()

    private struct Run {
        var isStarted = false
        var isEnded = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let isStopping = Atomic<Bool>(false)
    private let serves = Atomic<Bool>(false)
    /// Whether state.db was compared with the journal.
    private let isSettled = Atomic<Bool>(false)
    private let run = Mutex(Run())
    private let reported = Mutex(ProjectorStatus())
    /// How many erasures those who wait for changes were told of.
    private let erasures = Mutex<UInt64>(0)

    /// - Parameter makeMapper: Called once on the projector's thread.
    package init(
        store: StateStore, journal: any Journal, options: ProjectorOptions = ProjectorOptions(),
        makeMapper: @escaping @Sendable () -> any ReceiptMapper
    ) {
        self.store = store
        self.journal = journal
        self.options = options
        self.makeMapper = makeMapper
    }

    /// Compares state.db with the journal, and takes it back to the last entry of both if the journal lost some.
    ///
    /// A state.db that turns out to be damaged is made anew; one that cannot be opened at present is compared as soon as it can.
    package func settle() async throws(StateError) {
        do throws(StateError) {
            guard store.isOpen else { return }
            try await JournalLoss.settle(store: store, journal: journal, log: options.log)
            journal.conceal(try store.read { try ErasedReceipt.all(in: $0) }.reduce(into: []) { $0.insert($1.number) })
        } catch {
            guard error.code == .corrupt else { throw error }
            remake(because: error)
        }
        isSettled.store(store.isOpen, ordering: .relaxed)
    }

    /// `settle` on the projector's own thread, if it could not be done before.
    func settleIfNeeded() throws(StateError) {
        guard !isSettled.load(ordering: .relaxed) else { return }
        if !store.isOpen { try store.reopen() }
        let done = DispatchSemaphore(value: 0), outcome = Mutex<StateError?>(nil)
        Task {
            do throws(StateError) { try await settle() } catch { outcome.withLock { $0 = error } }
            done.signal()
        }
        done.wait()
        if let error = outcome.withLock({ $0 }) { throw error }
        if let position = try? store.read({ try Position(from: $0) }) { report(position) }
    }

    /// Puts a damaged state.db aside and begins a new one, which the journal fills again; the journal is told. What fails of it is found again by the
    /// next use of the store.
    func remake(because damage: StateError) {
        try? store.remake(through: journal.watermark)
        noteRemake(damage)
    }

    /// Says that state.db was made anew, and forgets what was known of the old one.
    package func noteRemake(_ damage: StateError) {
        options.log.error("state.db is \(damage.isOfAnotherFile ? "" : "put aside and ")made again from the journal: \(damage.message)")
        reported.withLock { $0 = ProjectorStatus() }
        changes.restart()
        Task {
            do throws(JournalError) { _ = try await journal.append(EntryDraft(kind: .notice, body: GatewayNotice.stateRemade(damage).bytes)) } catch {
                options.log.warning("that cannot be written to the journal: \(error.message)")
            }
        }
    }

    /// Compares state.db with the journal and begins to project.
    package func start() async throws(StateError) {
        try await settle()
        do throws(StateError) { report(try store.read { try Position(from: $0) }) } catch {
            // The thread tries again, and makes a damaged one anew.
            guard error.code.isOfTheFile else { throw error }
            report(failure: error)
        }
        guard
            run.withLock({ run in
                defer { run.isStarted = true }
                return !run.isStarted
            })
        else { return }
        // Until the journal was read ahead nobody knows what was erased.
        store.hold(through: .max)
        WorkThread.start("weir-projector", givesWay: options.givesWay) { [self] in
            ProjectorLoop(self).run()
            let waiting = run.withLock { run in
                run.isEnded = true
                defer { run.waiting = [] }
                return run.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    /// Says that senders are answered from now on: an entry that may end the process again is taken a moment after that.
    package func servingBegan() { serves.store(true, ordering: .relaxed) }

    var isServing: Bool { serves.load(ordering: .relaxed) }

    /// Ends after the transaction in work; returns when the thread is done.
    package func stop() async {
        isStopping.store(true, ordering: .relaxed)
        await withCheckedContinuation { continuation in
            let isOver = run.withLock { run in
                if run.isEnded || !run.isStarted { return true }
                run.waiting.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    package var status: ProjectorStatus { reported.withLock { $0 } }

    /// Entries of the journal that are not projected yet.
    package var lag: UInt64 {
        let projected = status.entry, watermark = journal.watermark
        return watermark > projected ? watermark - projected : 0
    }

    var shouldStop: Bool { isStopping.load(ordering: .relaxed) }

    /// Takes in which entry, the last decision of an erasure of what is projected already, must be projected before changes are handed out; 0 for none.
    func hold(through entry: UInt64) {
        store.hold(through: entry)
        if entry == 0 { changes.wake() }
    }

    func report(_ position: Position) {
        if store.release(at: position.entry) { changes.wake() }
        let grew = reported.withLock { status in
            let sequence = UInt64(clamping: position.sequence)
            defer {
                status.entry = position.entry
                status.receivedTime = position.entry == 0 ? nil : Timestamp(milliseconds: position.received)
                status.sequence = sequence
                status.failure = nil
            }
            return sequence > status.sequence
        }
        if grew { changes.advance(to: UInt64(clamping: position.sequence)) }
        let now = store.erasures
        let hasErased = erasures.withLock { told in
            defer { told = now }
            return told != now
        }
        guard hasErased else { return }
        changes.wake()
        // The command that erases does more, and is waited for; it may have been cut off.
        Task { [store] in for _ in 0..<3 { if (try? await store.emptyLog()) != nil { return } } }
    }

    func report(failure: StateError) {
        options.log.error("the projector cannot go on and tries again: \(failure.message)")
        reported.withLock { $0.failure = failure }
    }

    func report(rebuild: UInt64?) { reported.withLock { $0.rebuild = rebuild } }
}
