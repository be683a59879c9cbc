/// The thread that prepares the next segment and watches the disk's room.
struct Housekeeping: Sendable {
    private static let intervalMilliseconds = 500

    private let context: WriterContext

    init(_ context: WriterContext) { self.context = context }

    func run() {
        var prepareAfter: Int64 = 0
        while goesOn() {
            context.space.check(now: context.options.monotonic())
            if context.spare.needsPreparation, MonotonicClock.milliseconds() >= prepareAfter {
                // What fails here is tried again later; the writer can do without a prepared file.
                if !prepare() { prepareAfter = MonotonicClock.milliseconds() + 5000 }
            }
            context.housekeeping.wait(milliseconds: Self.intervalMilliseconds)
        }
    }

    private func prepare() -> Bool {
        guard context.space.leavesReserve(after: context.options.segmentBytes) else { return false }
        do throws(SystemError) {
            try context.spare.prepare {
                context.space.check(now: context.options.monotonic())
                return goesOn()
            }
            return true
        } catch {
            return false
        }
    }

    private func goesOn() -> Bool { !context.status.isStopping && !context.status.isFailed }
}
