internal import CCurl

/// The loop thread's state: starts requests, drives the library, hands results back.
final class CurlLoop {
    private let multi: MultiHandle
    private let queue: CommandQueue
    private var transfers: [UnsafeMutableRawPointer: (id: UInt64, transfer: any LoopTransfer)] = [:]
    private var handles: [UInt64: UnsafeMutableRawPointer] = [:]
    /// Handles to use again; a new one costs an allocation of several KiB.
    private var idle: [EasyHandle] = []
    private static let idleHandlesMax = 16

    init(multi: MultiHandle, queue: CommandQueue) {
        self.multi = multi
        self.queue = queue
    }

    /// Runs until the queue says stop; then nothing is under way and nobody waits any more.
    func run() {
        while true {
            let commands = queue.take()
            for submission in commands.submissions { begin(submission) }
            for id in commands.cancellations { giveUp(id, .cancelled, "given up before an answer came") }
            if commands.isStopping { break }
            var running: Int32 = 0
            let performed = curl_multi_perform(multi.pointer, &running)
            collect()
            let waited = performed == CURLM_OK ? curl_multi_poll(multi.pointer, nil, 0, 60_000, nil) : performed
            guard waited == CURLM_OK else {
                // The library is out of memory or file descriptors: whoever waits must hear it rather than hang.
                for id in Array(handles.keys) { giveUp(id, .failed, String(cString: curl_multi_strerror(waited))) }
                _ = curl_multi_poll(multi.pointer, nil, 0, 100, nil)
                continue
            }
        }
        for id in Array(handles.keys) { giveUp(id, .stopped, "the transport has ended") }
        queue.close()
    }

    private func begin(_ submission: Submission) {
        do throws(TransportError) {
            let easy = if let last = idle.popLast() { last } else { try EasyHandle() }
            let transfer = try submission.begin(easy)
            let code = curl_multi_add_handle(multi.pointer, easy.pointer)
            guard code == CURLM_OK else { throw TransportError(.failed, String(cString: curl_multi_strerror(code))) }
            transfers[easy.pointer] = (submission.id, transfer)
            handles[submission.id] = easy.pointer
        } catch {
            submission.fail(error)
        }
    }

    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = weir_curl_message_result(message)
            guard let transfer = end(easy) else { continue }
            transfer.end(code)
            recycle(transfer)
        }
    }

    private func giveUp(_ id: UInt64, _ code: TransportError.Code, _ reason: String) {
        guard let easy = handles[id], let transfer = end(easy) else { return }
        transfer.fail(TransportError(code, reason, mayHaveArrived: transfer.mayHaveArrived))
        recycle(transfer)
    }

    /// Takes a transfer out of the library's hands; one that is not done loses its connection.
    private func end(_ easy: UnsafeMutableRawPointer) -> (any LoopTransfer)? {
        guard let (id, transfer) = transfers.removeValue(forKey: easy) else { return nil }
        handles[id] = nil
        curl_multi_remove_handle(multi.pointer, easy)
        return transfer
    }

    private func recycle(_ transfer: any LoopTransfer) {
        if idle.count < Self.idleHandlesMax { idle.append(transfer.easy) }
    }
}
