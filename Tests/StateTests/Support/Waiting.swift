import Glibc
import Testing

/// Waiting for a condition, with an end.
enum Waiting {
    /// Whether `condition` comes true within `seconds`.
    static func until(_ seconds: Double = 10, _ condition: () async throws -> Bool) async rethrows -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if try await condition() { return true }
            await Task.yield()
            poll(nil, 0, 1)
        }
        return try await condition()
    }
}
