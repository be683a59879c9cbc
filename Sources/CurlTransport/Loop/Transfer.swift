import Glibc
internal import CCurl

/// One HTTP request under way.
final class Transfer: LoopTransfer {
    let easy: EasyHandle
    private var headers = HeaderList()
    private var connectTo = HeaderList()
    private var answer: AnswerReader
    private let request: OutboundRequest
    private let reply: Reply<OutboundResponse>
    private let gate: AddressGate

    init(_ request: OutboundRequest, on easy: EasyHandle, _ reply: Reply<OutboundResponse>) throws(TransportError) {
        self.request = request
        self.easy = easy
        self.reply = reply
        gate = AddressGate(request.policy, isPlain: request.url.isPlain)
        answer = AnswerReader(limits: request.answerLimits)
        try easy.reset()
        try describeRequest()
        try describeConnection()
        try attachCallbacks()
    }

    private func describeRequest() throws(TransportError) {
        try request.check()
        try easy.set(CURLOPT_URL, request.url.text)
        // `Expect: 100-continue` would cost a second towards peers that do not know it.
        try headers.suppress("Expect")
        if request.method == .get {
            try easy.set(CURLOPT_HTTPGET, 1)
        } else {
            try easy.set(CURLOPT_POST, 1)
            try easy.set(body: request.body)
            try easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) { try headers.suppress("Content-Type") }
        }
        for header in request.headers { try headers.append(header.name, header.value) }
        try easy.check(weir_curl_set_list(easy.pointer, CURLOPT_HTTPHEADER, headers.pointer))
        try easy.set(CURLOPT_FOLLOWLOCATION, 0)
        try easy.set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        try easy.set(CURLOPT_TIMEOUT_MS, request.timeout.wholeMilliseconds)
    }

    private func describeConnection() throws(TransportError) {
        try easy.describeConnection(protocols: "http,https", authority: request.certificateAuthorityFile, identity: request.identity)
        if let place = request.connectTo {
            // https://curl.se/libcurl/c/CURLOPT_CONNECT_TO.html: HOST:PORT:CONNECT-TO-HOST:CONNECT-TO-PORT, empty for any.
            try connectTo.append(line: "::" + place)
            try easy.check(weir_curl_set_list(easy.pointer, CURLOPT_CONNECT_TO, connectTo.pointer))
        }
        if request.isSentOnce { try easy.set(CURLOPT_FRESH_CONNECT, 1) }
        if let path = request.unixSocketPath { try easy.set(CURLOPT_UNIX_SOCKET_PATH, path) } else { try gate.attach(to: easy) }
    }

    private func attachCallbacks() throws(TransportError) {
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_HEADERDATA, pointer: context)
        try easy.check(
            weir_curl_set_receiver(easy.pointer, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let context else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Transfer.from(context).answer.take(headLine: line) ? line.count : 0
            })
        try easy.set(CURLOPT_WRITEDATA, pointer: context)
        try easy.check(
            weir_curl_set_receiver(easy.pointer, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let context else { return 0 }
                let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
                // Any other number than the piece's own ends the transfer; 0 for an empty piece would not.
                return Transfer.from(context).answer.take(body: piece) ? piece.count : piece.count + 1
            })
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    func end(_ code: CURLcode) { reply.resume(returning: result(code)) }

    func fail(_ error: TransportError) { reply.resume(returning: .failure(error)) }

    /// What the caller gets, now that the library is done with `code`.
    private func result(_ code: CURLcode) -> Result<OutboundResponse, TransportError> {
        let status = easy.long(CURLINFO_RESPONSE_CODE)
        let wasRead = code == CURLE_OK || code == CURLE_WRITE_ERROR && answer.overflow == .body
        // A peer that refuses a body it has not read yet often resets the connection; its refusal was heard all the same.
        let wasRefused = (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && (300...599).contains(status)
        if wasRead || wasRefused {
            return .success(OutboundResponse(status: status, headers: answer.headers, body: answer.body, isCut: answer.isCut || code != CURLE_OK))
        }
        let place = request.unixSocketPath == nil ? request.url.host : "the socket"
        if let refusal = gate.refusal(behind: code) {
            return .failure(TransportError(.refusedAddress, "\(place): \(refusal)"))
        }
        let kind = TransportError.Code(code)
        let explanation = kind == .tooLarge ? "the answer's head is too large" : easy.explanation(of: code)
        return .failure(TransportError(kind, "\(place): \(explanation)", mayHaveArrived: mayHaveArrived))
    }

    /// Whether any byte of the request has left.
    var mayHaveArrived: Bool { easy.long(CURLINFO_REQUEST_SIZE) > 0 || easy.offset(CURLINFO_SIZE_UPLOAD_T) > 0 }
}
