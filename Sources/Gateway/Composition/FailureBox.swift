import Synchronization

/// The first reason for which the running gateway has to end.
final class FailureBox: Sendable {
    private let stored = Mutex<GatewayError?>(nil)
    private let onFailure: @Sendable () -> Void

    /// - Parameter onFailure: told once, on whichever thread found out.
    init(onFailure: @escaping @Sendable () -> Void) { self.onFailure = onFailure }

    var failure: GatewayError? { stored.withLock { $0 } }

    func fail(_ error: GatewayError) {
        let isFirst = stored.withLock { stored in
            guard stored == nil else { return false }
            stored = error
            return true
        }
        if isFirst { onFailure() }
    }
}
