internal import CCurl

// What every connection has, whatever is spoken on it.
extension EasyHandle {
    /// Nothing of the environment decides where a connection leads.
    func describeNetwork() throws(TransportError) {
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        // An empty proxy keeps the environment's proxy variables out: behind a proxy the address policy would see the proxy only.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_NOSIGNAL, 1)
        // A look-up that outlives its request would otherwise be waited for by this one thread, and so by every sink.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
    }

    /// TLS 1.2 or later with a peer that is proven, by the authorities in a PEM file or else by the system's.
    func describeTLS(certificateAuthorityFile: String?) throws(TransportError) {
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        guard let file = certificateAuthorityFile else { return }
        try set(CURLOPT_CAINFO, file)
        // The system's folder of certificates would be trusted beside the file.
        try set(CURLOPT_CAPATH, nil as String?)
    }
}
