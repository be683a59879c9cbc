internal import CCurl

extension EasyHandle {
    /// What holds for every connection to a sink: no proxy, `.netrc` or signal, TLS of 1.2 or later, certificate and name verified.
    ///
    /// - Parameters:
    ///   - protocols: The library's names of the schemes that may be used, separated by commas.
    ///   - authority: A PEM file whose certificates are trusted instead of the system's.
    ///   - identity: What this side proves itself with, where the peer asks for it.
    func describeConnection(protocols: String, authority: String?, identity: ClientIdentity? = nil) throws(TransportError) {
        try set(CURLOPT_PROTOCOLS_STR, protocols)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // An empty proxy keeps the environment's proxy variables out: behind a proxy the address policy would see the proxy only.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_NOSIGNAL, 1)
        // A look-up that outlives its request would otherwise be waited for by this one thread, and so by every sink.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let identity {
            try set(CURLOPT_SSLCERT, identity.certificateFile)
            try set(CURLOPT_SSLKEY, identity.keyFile)
        }
        guard let authority else { return }
        try set(CURLOPT_CAINFO, authority)
        // The system's folder of certificates would be trusted beside the file.
        try set(CURLOPT_CAPATH, nil as String?)
    }
}
