import Glibc

/// One connection of a scripted peer: blocking reads and writes.
struct PeerConnection {
    let descriptor: Int32
    let number: Int
    private var buffered: [UInt8] = []

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    /// The next request with its body; nothing when the client has gone or speaks something else.
    mutating func nextRequest() -> ScriptedPeer.Request? {
        let end = Array("\r\n\r\n".utf8)
        var headLength: Int?
        repeat {
            headLength = buffered.firstIndex(ofBytes: end)
        } while headLength == nil && readMore()
        guard let headLength else { return nil }
        let lines = String(decoding: buffered[..<headLength], as: UTF8.self).split(separator: "\r\n")
        buffered.removeFirst(headLength + end.count)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        while buffered.count < length { guard readMore() else { return nil } }
        let body = Array(buffered.prefix(length))
        buffered.removeFirst(length)
        return ScriptedPeer.Request(
            connection: number, method: String(words[0]), target: String(words[1]), headers: headers, body: body)
    }

    /// Answers; false when the connection is over.
    mutating func send(_ reply: ScriptedPeer.Reply) -> Bool {
        switch reply {
        case .answer(let status, let headers, let body):
            let head = (["HTTP/1.1 \(status) Status", "Content-Length: \(body.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            return write(Array(head.utf8) + body)
        case .raw(let text):
            _ = write(Array(text.utf8))
            waitForEnd()
        case .rawThenClose(let text):
            _ = write(Array(text.utf8))
        case .rawThenReset(let text):
            _ = write(Array(text.utf8))
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        case .endless(let first, let piece):
            let piece = Array(piece.utf8)
            if write(Array(first.utf8)) { while write(piece) {} }
        case .silence:
            waitForEnd()
        }
        return false
    }

    private mutating func waitForEnd() { while readMore() { buffered.removeAll() } }

    private mutating func readMore() -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &piece, piece.count)
        guard count > 0 else { return false }
        buffered += piece.prefix(count)
        return true
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
