import Synchronization

/// What clients did at a mail server.
final class SeenMoments: Sendable {
    private let moments = Mutex<[SMTPPeer.Moment]>([])

    var all: [SMTPPeer.Moment] { moments.withLock { $0 } }

    func add(_ moment: SMTPPeer.Moment) { moments.withLock { $0.append(moment) } }
}
