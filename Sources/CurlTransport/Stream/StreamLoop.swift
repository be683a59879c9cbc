/// The stream thread's state: the connection, or the socket for datagrams, kept from one piece to the next.
final class StreamLoop {
    private let target: StreamTarget
    private let queue: StreamQueue
    private var connection: StreamConnection?
    private var datagrams: DatagramSocket?

    init(target: StreamTarget, queue: StreamQueue) {
        self.target = target
        self.queue = queue
    }

    /// Runs until the queue says stop; then the connection is closed and nobody waits any more.
    func run() {
        loop: while true {
            switch queue.next(within: connection == nil && datagrams == nil ? nil : target.idleTimeout) {
            case .send(let piece): piece.reply.resume(returning: Result { () throws(TransportError) in try send(piece) })
            case .idle: drop()
            case .stop: break loop
            }
        }
        drop()
        for piece in queue.close() { piece.reply.resume(returning: .failure(StreamTransport.hasEnded)) }
    }

    private func send(_ piece: StreamPiece) throws(TransportError) {
        guard !piece.cancellation.isCancelled else { throw TransportError(.cancelled, "given up before an answer came") }
        if target.address.isDatagram { return try sendDatagrams(piece) }
        // What the peer has closed while there was nothing to send is no failure.
        if let connection, !connection.isUsable { drop() }
        let connection = if let connection { connection } else { try StreamConnection(to: target, piece.cancellation) }
        self.connection = nil
        do throws(TransportError) {
            try connection.send(Array(piece.messages.joined()), piece.cancellation)
            switch target.proof {
            case .acknowledged: self.connection = connection
            case .closed: try connection.closeWithProof(piece.cancellation)
            }
        } catch {
            // What a connection has taken of a piece that failed is unknown: the next one begins anew.
            connection.abort()
            throw error
        }
    }

    private func sendDatagrams(_ piece: StreamPiece) throws(TransportError) {
        let socket = if let datagrams { datagrams } else { try DatagramSocket(to: target) }
        // After an error the name may lead elsewhere.
        datagrams = nil
        try socket.send(piece.messages, piece.cancellation)
        datagrams = socket
    }

    private func drop() {
        connection?.close()
        connection = nil
        datagrams = nil
    }
}
