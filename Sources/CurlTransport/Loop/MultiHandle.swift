internal import CCurl

/// A libcurl multi handle: the transfers under way and the connections kept for the next ones.
///
/// Unchecked because `curl_multi_wakeup` is the one call that any thread may make at any time (its manual page says so); every other
/// use is the loop thread's, by `CurlLoop`, which is not sendable. The last owner's release cleans it up, so no wake-up can come later.
final class MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer

    /// Nothing when the library cannot be set up.
    init?() {
        guard Self.libraryIsReady, let pointer = curl_multi_init() else { return nil }
        self.pointer = pointer
        // Connections kept open between requests, over all hosts.
        _ = weir_curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, 64)
    }

    deinit { curl_multi_cleanup(pointer) }

    /// Makes the loop thread's present or next wait return.
    func wakeUp() { curl_multi_wakeup(pointer) }

    /// Whether the library could be set up, which is done once for the process.
    static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
