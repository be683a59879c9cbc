import Dispatch

/// Waiting for something that other threads do.
enum Condition {
    /// Whether `condition` became true within so many seconds; it is asked again every few milliseconds.
    static func holds(within seconds: Double, _ condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if condition() { return true }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) { continuation.resume() }
            }
        }
        return condition()
    }
}
