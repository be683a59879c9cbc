import Glibc
import Synchronization

/// A program on 127.0.0.1 that takes connections and never reads: its system acknowledges what fits into its buffers.
final class StalledPeer: Sendable {
    /// POLLRDHUP of poll(2), which the C library hides from whoever does not ask for GNU's names.
    private static let ended: Int16 = 0x2000

    private let listener: ListeningSocket
    private let descriptors = Mutex<[Int32]>([])
    private let count = Mutex(0)

    init() throws {
        listener = try ListeningSocket()
        onThread { [weak self, listener] in
            while case let connection = listener.nextConnection(), connection >= 0 {
                guard let self else {
                    close(connection)
                    break
                }
                descriptors.withLock { $0.append(connection) }
                count.withLock { $0 += 1 }
            }
        }
    }

    deinit {
        listener.stop()
        die()
    }

    var port: Int { Int(listener.port) }
    var connections: Int { count.withLock { $0 } }

    /// Whether a connection is there that the other side has closed or reset.
    var hasEndedConnection: Bool {
        descriptors.withLock { descriptors in
            descriptors.contains { descriptor in
                var state = pollfd(fd: descriptor, events: Self.ended, revents: 0)
                return poll(&state, 1, 0) == 1
            }
        }
    }

    /// Closes everything as the system does when the program ends: what is unread makes it a reset.
    func die() {
        descriptors.withLock { descriptors in
            for descriptor in descriptors { close(descriptor) }
            descriptors = []
        }
    }
}
