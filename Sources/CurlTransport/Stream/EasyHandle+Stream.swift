internal import CCurl

// A connection without a protocol on it.
extension EasyHandle {
    func describeStream(to target: StreamTarget) throws(TransportError) {
        try set(CURLOPT_URL, target.address.url)
        try set(CURLOPT_CONNECT_ONLY, 1)
        try set(CURLOPT_SSL_ENABLE_ALPN, 0)
        try set(CURLOPT_CONNECTTIMEOUT_MS, target.connectTimeout.wholeMilliseconds)
        try describeConnection(protocols: "http,https", authority: target.certificateAuthorityFile, identity: target.identity)
    }

    /// Connects as described; what the library says about it.
    func connect(_ cancellation: StreamCancellation) throws(TransportError) -> CURLcode {
        try set(CURLOPT_XFERINFODATA, pointer: UnsafeRawPointer(Unmanaged.passUnretained(cancellation).toOpaque()))
        try check(
            weir_curl_set_progress(pointer) { context, _, _, _, _ in
                guard let context else { return 0 }
                return Unmanaged<StreamCancellation>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
            })
        try set(CURLOPT_NOPROGRESS, 0)
        let code = withExtendedLifetime(cancellation) { curl_easy_perform(pointer) }
        // The cancellation is that of this attempt only, and the handle lives on.
        try set(CURLOPT_NOPROGRESS, 1)
        try set(CURLOPT_XFERINFODATA, pointer: nil)
        return code
    }

    /// The connection's socket.
    var activeSocket: curl_socket_t? {
        var socket = CURL_SOCKET_BAD
        guard weir_curl_get_socket(pointer, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK, socket != CURL_SOCKET_BAD else { return nil }
        return socket
    }
}
