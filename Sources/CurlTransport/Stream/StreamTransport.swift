/// Writes pieces of a stream through one TCP connection that libcurl makes, or datagrams, on a thread of its own.
///
/// The connection is made with the first piece, kept for the next, closed when there is nothing to do, and made anew after any failure. TLS
/// is 1.2 or later and the peer's certificate and name are always verified.
package final class StreamTransport: Sendable {
    private let queue = StreamQueue()

    static let hasEnded = TransportError(.stopped, "the transport has ended")

    /// Starts the thread; fails only when the library or the system gives no resources.
    package init(_ target: StreamTarget) throws(TransportError) {
        guard MultiHandle.libraryIsReady else { throw TransportError(.failed, "libcurl cannot be set up") }
        let queue = queue
        guard WorkerThread.start(niceness: 10, { StreamLoop(target: target, queue: queue).run() }) else {
            throw TransportError(.failed, "the system gives no thread")
        }
    }

    deinit { queue.stop() }

    /// Sends `messages` whole, and returns when they count as taken by the target's `proof`; datagrams count when the system has taken them.
    ///
    /// Pieces are sent one after the other. After an error the peer may have got all, a beginning or nothing of the piece. Cancelling the task
    /// ends the piece and its connection.
    package func send(_ messages: [[UInt8]]) async throws(TransportError) {
        let cancellation = StreamCancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { reply in
                guard queue.submit(StreamPiece(messages: messages, cancellation: cancellation, reply: reply)) else {
                    reply.resume(returning: .failure(Self.hasEnded))
                    return
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
        try result.get()
    }

    /// Ends what is under way, says goodbye on the connection and returns when the thread has ended.
    package func shutdown() async {
        queue.stop()
        await queue.waitForEnd()
    }
}
