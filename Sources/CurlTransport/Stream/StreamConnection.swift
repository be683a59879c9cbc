import Glibc
internal import CCurl

/// One connection that bytes are written to; belongs to the thread that uses it.
final class StreamConnection {
    private let target: StreamTarget
    private let addresses: AddressGate
    /// Nothing once the connection was given up.
    private var easy: EasyHandle?
    private let socket: curl_socket_t
    /// Whether nothing has been counted as taken on it yet.
    private var isFresh = true

    /// Connects; `cancellation` ends the attempt within a second.
    init(to target: StreamTarget, _ cancellation: StreamCancellation) throws(TransportError) {
        self.target = target
        addresses = AddressGate(target.policy, isPlain: target.address.isPlain)
        let easy = try EasyHandle()
        try easy.reset()
        try easy.describeStream(to: target)
        try addresses.attach(to: easy)
        let code = try easy.connect(cancellation)
        guard code == CURLE_OK else { throw Self.failure(code, target, easy, addresses, cancellation) }
        guard let socket = easy.activeSocket else { throw TransportError(.failed, "\(target.address.host): libcurl gives no socket") }
        self.socket = socket
        self.easy = easy
    }

    /// Ends TLS as it should be ended, as far as the connection still takes a byte, and closes.
    func close() { easy = nil }

    /// Closes at once: what the peer has not acknowledged is not sent any more, because all of it will come again.
    func abort() {
        guard easy != nil else { return }
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        easy = nil
    }

    /// Whether the peer has kept the connection open and silent.
    var isUsable: Bool {
        do throws(TransportError) { try listen() } catch { return false }
        return true
    }

    /// Writes `bytes` and returns when they count as taken; after an error the connection is of no more use.
    func send(_ bytes: [UInt8], _ cancellation: StreamCancellation) throws(TransportError) {
        let start = ContinuousClock.now
        try write(bytes, since: start, cancellation)
        var watch = AcknowledgementWatch(timeout: target.timeout, settleTime: isFresh && target.proof == .acknowledged ? target.settleTime : .zero)
        while true {
            let left = Int(weir_unacknowledged_bytes(socket))
            // In this order: a connection found open after the last acknowledgement was open when it came.
            try listen()
            guard left >= 0 else { throw failure(.cut, "the connection is gone") }
            switch watch.step(unacknowledged: left, elapsed: ContinuousClock.now - start) {
            case .taken:
                isFresh = false
                return
            case .tooSlow: throw failure(.timeout, "the receiver has not acknowledged \(left) bytes in time")
            case .wait(let milliseconds): try wait(for: 0, milliseconds, cancellation)
            }
        }
    }

    /// Ends this side of the stream and returns when the peer has ended its own, which a program does that has read everything: a system
    /// whose program has not resets the connection (RFC 1122 section 4.2.2.13).
    ///
    /// What the peer says meanwhile is read through TLS: a server of TLS 1.3 that refuses the client's certificate says so by an alert, and then
    /// ends its side too.
    func closeWithProof(_ cancellation: StreamCancellation) throws(TransportError) {
        let start = ContinuousClock.now
        if !target.address.isPlain { try sayGoodbye(since: start, cancellation) }
        shutdown(socket, Int32(SHUT_WR))
        // `send` has seen every byte acknowledged on an open connection, so no end of the peer's is older than the bytes.
        while try !hearsEnd() { try wait(since: start, for: POLLIN, cancellation) }
        // TLS may be ended by a program that has not read everything; below it that is a reset.
        while try !hasEnded() { try wait(since: start, for: POLLIN, cancellation) }
        easy = nil
    }

    /// Ends TLS in this direction; without that word a receiver would have to take the stream for cut off (RFC 8446 section 6.1).
    private func sayGoodbye(since start: ContinuousClock.Instant, _ cancellation: StreamCancellation) throws(TransportError) {
        var goodbye = [UInt8](repeating: 0, count: 512)
        while let easy {
            let count = weir_curl_goodbye(easy.pointer, &goodbye, Int32(goodbye.count))
            if count >= 0 {
                goodbye.removeLast(goodbye.count - Int(count))
                break
            }
            // The peer has said something that ends the connection, or that has to be read first.
            try listen()
            try wait(since: start, for: POLLIN, cancellation)
        }
        while !goodbye.isEmpty {
            let count = Glibc.send(socket, goodbye, goodbye.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            if count > 0 {
                goodbye.removeFirst(count)
                continue
            }
            let code = errno
            try listen()
            guard code == EAGAIN || code == EINTR else { throw failure(.cut, "the receiver has reset the connection before it read everything") }
            try wait(since: start, for: POLLOUT, cancellation)
        }
    }

    /// Whether the peer has ended its side of the connection itself.
    private func hasEnded() throws(TransportError) -> Bool {
        var rest = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &rest, rest.count, Int32(MSG_DONTWAIT))
        if count == 0 { return true }
        if count > 0, target.address.isPlain { throw unexpectedAnswer }
        if count < 0, errno != EAGAIN, errno != EINTR { throw failure(.cut, "the receiver has reset the connection before it read everything") }
        return false
    }

    /// Waits for `events`, not beyond the time limit.
    private func wait(since start: ContinuousClock.Instant, for events: Int32, _ cancellation: StreamCancellation) throws(TransportError) {
        guard ContinuousClock.now - start < target.timeout else {
            throw failure(
                .timeout, "the receiver took everything and has not closed the connection in time; if it never does, set `confirm: ack` for this sink")
        }
        try wait(for: events, AcknowledgementWatch.longestPause, cancellation)
    }

    private func write(_ bytes: [UInt8], since start: ContinuousClock.Instant, _ cancellation: StreamCancellation) throws(TransportError) {
        // One pointer for all calls: OpenSSL takes a write up again only with the buffer that it began with.
        let result = bytes.withUnsafeBytes { (buffer) -> Result<Void, TransportError> in
            Result { () throws(TransportError) in
                var written = 0
                while written < buffer.count {
                    let count = try writeOnce(UnsafeRawBufferPointer(rebasing: buffer[written...]))
                    written += count
                    guard count == 0 else { continue }
                    try listen()
                    guard ContinuousClock.now - start < target.timeout else { throw failure(.timeout, "the receiver takes nothing any more") }
                    try wait(for: POLLOUT, AcknowledgementWatch.longestPause, cancellation)
                }
            }
        }
        try result.get()
    }

    /// Bytes that were taken, 0 when there is no room now.
    private func writeOnce(_ bytes: UnsafeRawBufferPointer) throws(TransportError) -> Int {
        guard let easy else { throw failure(.cut, "the connection is closed") }
        var count = 0
        let code = curl_easy_send(easy.pointer, bytes.baseAddress, bytes.count, &count)
        if code == CURLE_OK || code == CURLE_AGAIN { return count }
        throw failure(.cut, easy.explanation(of: code))
    }

    /// Throws when the peer has closed.
    private func listen() throws(TransportError) {
        if try hearsEnd() { throw failure(.cut, "the receiver has closed the connection") }
    }

    /// Reads what the peer says, which is nothing but TLS's own messages; whether it has ended TLS or, without that, the connection.
    private func hearsEnd() throws(TransportError) -> Bool {
        guard let easy else { throw failure(.cut, "the connection is closed") }
        var byte: UInt8 = 0
        var count = 0
        let code = curl_easy_recv(easy.pointer, &byte, 1, &count)
        switch code {
        case CURLE_AGAIN: return false
        case CURLE_OK where count == 0: return true
        case CURLE_OK: throw unexpectedAnswer
        default:
            let words = easy.explanation(of: code)
            // Many programs end a connection without TLS's goodbye.
            if words.contains("unexpected eof") { return true }
            // A server of TLS 1.3 refuses a client's certificate after the client holds the handshake for done.
            throw failure(words.contains(" alert ") ? .tls : .cut, words)
        }
    }

    private func wait(for events: Int32, _ milliseconds: Int32, _ cancellation: StreamCancellation) throws(TransportError) {
        guard !cancellation.isCancelled else { throw failure(.cancelled, "given up before an answer came") }
        var descriptor = pollfd(fd: socket, events: Int16(truncatingIfNeeded: events | WEIR_POLLRDHUP), revents: 0)
        poll(&descriptor, 1, milliseconds)
    }

    private var unexpectedAnswer: TransportError {
        failure(.badAnswer, "the receiver answers, which none does that only takes a stream: is something else listening there?")
    }

    private func failure(_ code: TransportError.Code, _ reason: String) -> TransportError {
        TransportError(code, "\(target.address.host): \(reason)", mayHaveArrived: true)
    }

    private static func failure(
        _ code: CURLcode, _ target: StreamTarget, _ easy: EasyHandle, _ addresses: AddressGate, _ cancellation: StreamCancellation
    ) -> TransportError {
        if cancellation.isCancelled { return TransportError(.cancelled, "given up before an answer came") }
        if let refusal = addresses.refusal(behind: code) { return TransportError(.refusedAddress, "\(target.address.host): \(refusal)") }
        return TransportError(.init(code), "\(target.address.host): \(easy.explanation(of: code))")
    }
}
