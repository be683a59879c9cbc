/// Sends HTTP requests, and mail, through libcurl, on one thread of its own that keeps connections for the next requests.
///
/// HTTP/1.1, or HTTP/2 where TLS offers it; no redirect is followed, nothing is decompressed, no proxy, cookie or `.netrc` is read. TLS is
/// 1.2 or later and the peer's certificate and name are always verified. A connection kept from before that turns out dead is replaced
/// once by the library before any byte of an answer, so a peer may in rare cases see a request twice.
package final class CurlTransport: Sendable {
    private let multi: MultiHandle
    private let queue = CommandQueue()

    /// Starts the thread; fails only when the library or the system gives no resources.
    package init() throws(TransportError) {
        guard let multi = MultiHandle() else { throw TransportError(.failed, "libcurl cannot be set up") }
        self.multi = multi
        let queue = queue
        // Requests come before deliveries where both want the processor.
        guard WorkerThread.start(niceness: 10, { CurlLoop(multi: multi, queue: queue).run() }) else {
            throw TransportError(.failed, "the system gives no thread")
        }
    }

    deinit {
        queue.stop()
        multi.wakeUp()
    }

    /// Sends `request` and returns the answer, whatever its status.
    ///
    /// Cancelling the task ends the request and closes its connection; the error then says whether the request may have arrived.
    package func send(_ request: OutboundRequest) async throws(TransportError) -> OutboundResponse {
        try await exchange { easy, _, reply throws(TransportError) in try Transfer(request, on: easy, reply) }
    }

    /// Hands `mail` to its server and returns what the server said.
    ///
    /// The library waits for the server's word about the message without doing anything else (lib/smtp.c, `smtp_done`), so whoever sends
    /// mail does it through a transport of its own. Cancelling the task ends the exchange within about a second.
    package func send(_ mail: OutboundMail) async throws(TransportError) -> MailAnswer {
        let queue = queue
        return try await exchange { easy, id, reply throws(TransportError) in
            try MailTransfer(mail, on: easy, reply, isGivenUp: { queue.isGivenUp(id) })
        }
    }

    /// Has the loop thread begin an exchange, and waits for its end.
    private func exchange<Answer: Sendable>(
        _ begin: @escaping @Sendable (EasyHandle, UInt64, Reply<Answer>) throws(TransportError) -> any LoopTransfer
    ) async throws(TransportError) -> Answer {
        let id = queue.newID()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (reply: Reply<Answer>) in
                let submission = Submission(id: id) { easy throws(TransportError) in
                    try begin(easy, id, reply)
                } fail: { error in
                    reply.resume(returning: .failure(error))
                }
                guard queue.submit(submission) else {
                    reply.resume(returning: .failure(TransportError(.stopped, "the transport has ended")))
                    return
                }
                // A cancellation before this moment came too early to find the request.
                if Task.isCancelled { queue.cancel(id) }
                multi.wakeUp()
            }
        } onCancel: {
            queue.cancel(id)
            multi.wakeUp()
        }
        return try result.get()
    }

    /// Ends every request under way with the code `stopped`, closes the connections and returns when the thread has ended.
    package func shutdown() async {
        queue.stop()
        multi.wakeUp()
        await queue.waitForEnd()
    }
}
