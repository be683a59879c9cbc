import Glibc
import Journal
import Logging

/// The projector's thread: follows the journal, and starts over after an error.
struct ProjectorLoop {
    private static let pauseMillisecondsMax: Int32 = 10_000

    private let projector: Projector

    init(_ projector: Projector) { self.projector = projector }

    /// Projects until the projector is stopped.
    func run() {
        let watchdog = Watchdog(
            limitMilliseconds: PoisonSwitch.watchdogMilliseconds(projector.options.watchdogMilliseconds), onHang: projector.options.onHang)
        watchdog.start()
        defer { watchdog.stop() }
        var pause: Int32 = 100
        var run = ProjectionRun(plan(watchdog) { pause = 100 })
        var repair = StateRepair()
        while !projector.shouldStop {
            do throws(StateError) {
                try projector.settleIfNeeded()
                if try run.run() { return }
            } catch {
                // What was found while others were reading comes first, whatever the projector stumbled over because of it.
                let error = projector.store.damage ?? error
                projector.report(failure: error)
                wait(pause)
                switch repair.step(after: error, wasProgress: pause == 100, at: .now) {
                case .none: break
                // A failed reopening shows again in the next run.
                case .reopen: try? projector.store.reopen()
                case .check:
                    if let damage = try? projector.store.findDamage() {
                        projector.remake(because: damage)
                        run = ProjectionRun(plan(watchdog) { pause = 100 })
                    } else {
                        try? projector.store.reopen()
                    }
                case .remake:
                    projector.remake(because: error)
                    run = ProjectionRun(plan(watchdog) { pause = 100 })
                }
                pause = min(pause * 2, Self.pauseMillisecondsMax)
            }
        }
    }

    private func plan(_ watchdog: Watchdog, onProgress: @escaping () -> Void) -> ProjectionRun.Plan {
        ProjectionRun.Plan(
            store: projector.store, source: EntrySource(projector.journal), journal: projector.journal, makeMapper: projector.makeMapper,
            options: projector.options, quietFactor: projector.options.quietFactor, watchdog: watchdog, shouldStop: { projector.shouldStop },
            isServing: { projector.isServing }, onSurvey: { projector.hold(through: $0) },
            onProgress: { position in
                projector.report(position)
                onProgress()
            },
            carryOut: { entry, work, mark throws(StateError) in
                projector.report(rebuild: entry.number)
                defer { projector.report(rebuild: nil) }
                let application = RebuildApplication(
                    store: projector.store, journal: projector.journal, makeMapper: projector.makeMapper, options: projector.options, watchdog: watchdog,
                    shouldStop: { projector.shouldStop })
                let position = try application.apply(entry, work, mark: mark)
                if let position { projector.report(position) }
            })
    }

    private func wait(_ milliseconds: Int32) {
        var left = milliseconds
        while left > 0, !projector.shouldStop {
            poll(nil, 0, min(left, 100))
            left -= 100
        }
    }
}
