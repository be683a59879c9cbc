import Dispatch
import NIOCore

/// Judges bodies that would hold an event loop up: one after another, so that only one of them is taken apart at a time.
final class LargeBodies: Sendable {
    private let queue = DispatchQueue(label: "weir.ingest.large")
    private let shared: SharedState

    init(_ shared: SharedState) { self.shared = shared }

    /// Judges `body`, and hands what became of it to `done`, on a thread of its own.
    func judge(_ request: RequestContext, _ body: [UInt8], at now: NIODeadline, _ done: @escaping @Sendable (Admission) -> Void) {
        let shared = shared
        queue.async {
            // A judge for each, so that nothing is left of what a large body takes.
            var judge = BodyJudge(shared)
            done(body.withUnsafeBytes { judge.admit(request, $0, owned: body, at: now) })
        }
    }
}
