import Glibc
internal import CCurl

/// One request under way; belongs to the loop thread, where the library calls it back.
final class Transfer {
    let submission: Submission
    let easy: EasyHandle
    private var headers = HeaderList()
    private var answer: AnswerReader
    private var refusal: String?
    private var openedSockets = 0

    init(_ submission: Submission, on easy: EasyHandle) throws(TransportError) {
        self.submission = submission
        self.easy = easy
        answer = AnswerReader(limits: submission.request.answerLimits)
        try easy.reset()
        try describeRequest()
        try describeConnection()
        try attachCallbacks()
    }

    private var request: OutboundRequest { submission.request }

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
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // An empty proxy keeps the environment's proxy variables out: behind a proxy the address policy would see the proxy only.
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try easy.set(CURLOPT_NOSIGNAL, 1)
        // A look-up that outlives its request would otherwise be waited for by this one thread, and so by every sink.
        try easy.set(CURLOPT_QUICK_EXIT, 1)
        try easy.set(CURLOPT_TCP_KEEPALIVE, 1)
        if request.isSentOnce { try easy.set(CURLOPT_FRESH_CONNECT, 1) }
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try easy.set(CURLOPT_SSL_VERIFYPEER, 1)
        try easy.set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = request.certificateAuthorityFile {
            try easy.set(CURLOPT_CAINFO, file)
            // The system's folder of certificates would be trusted beside the file.
            try easy.set(CURLOPT_CAPATH, nil as String?)
        }
        if let path = request.unixSocketPath { try easy.set(CURLOPT_UNIX_SOCKET_PATH, path) }
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
        guard request.unixSocketPath == nil else { return }
        try easy.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        try easy.check(
            weir_curl_set_socket_opener(easy.pointer) { context, _, address in
                guard let context, let address else { return CURL_SOCKET_BAD }
                return Transfer.from(context).openSocket(for: address)
            })
        try easy.set(CURLOPT_PREREQDATA, pointer: context)
        try easy.check(
            weir_curl_set_before_request(easy.pointer) { context, remote, _, _, _ in
                guard let context, let remote else { return CURL_PREREQFUNC_ABORT }
                return Transfer.from(context).allowsRequest(to: String(cString: remote)) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Asked for every address that is about to be connected to.
    private func openSocket(for address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let bytes = UnsafeRawBufferPointer(start: weir_curl_address_bytes(address), count: Int(address.pointee.addrlen))
        guard permits(IPAddress(socketAddress: bytes)) else { return CURL_SOCKET_BAD }
        openedSockets += 1
        return weir_curl_open_socket(address)
    }

    /// Asked before the request is written, also on a connection that another request opened, whose sink may allow other networks.
    private func allowsRequest(to remote: String) -> Bool { permits(IPAddress(remote)) }

    private func permits(_ address: IPAddress?) -> Bool {
        guard let address else {
            refusal = "the address is of an unknown family"
            return false
        }
        switch request.policy.decide(address, plain: request.url.isPlain) {
        case .allowed:
            return true
        case .refused(let reason):
            refusal = reason
            return false
        }
    }

    /// What the caller gets, now that the library is done with `code`.
    func result(_ code: CURLcode) -> Result<OutboundResponse, TransportError> {
        let status = easy.long(CURLINFO_RESPONSE_CODE)
        let wasRead = code == CURLE_OK || code == CURLE_WRITE_ERROR && answer.overflow == .body
        // A peer that refuses a body it has not read yet often resets the connection; its refusal was heard all the same.
        let wasRefused = (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && (300...599).contains(status)
        if wasRead || wasRefused {
            return .success(OutboundResponse(status: status, headers: answer.headers, body: answer.body, isCut: answer.isCut || code != CURLE_OK))
        }
        let place = request.unixSocketPath == nil ? request.url.host : "the socket"
        if let refusal, code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_COULDNT_CONNECT && openedSockets == 0 {
            return .failure(TransportError(.refusedAddress, "\(place): \(refusal)"))
        }
        let kind = TransportError.Code(code)
        let explanation = kind == .tooLarge ? "the answer's head is too large" : easy.explanation(of: code)
        return .failure(TransportError(kind, "\(place): \(explanation)", mayHaveArrived: mayHaveArrived))
    }

    /// Whether any byte of the request has left.
    var mayHaveArrived: Bool { easy.long(CURLINFO_REQUEST_SIZE) > 0 || easy.offset(CURLINFO_SIZE_UPLOAD_T) > 0 }
}

extension Duration {
    /// Milliseconds for the library, at least 1: it takes 0 for "for ever".
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(truncatingIfNeeded: min(max(seconds, 0), 86_400)) * 1000 + Int(truncatingIfNeeded: attoseconds / 1_000_000_000_000_000))
    }
}
