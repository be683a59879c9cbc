internal import CCurl

/// A libcurl easy handle with its error buffer; belongs to the loop thread.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>

    init() throws(TransportError) {
        guard let pointer = curl_easy_init() else { throw TransportError(.failed, "out of memory") }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorText.deallocate()
    }

    /// Forgets every option; connections and names already looked up stay with the multi handle.
    func reset() throws(TransportError) {
        curl_easy_reset(pointer)
        errorText.update(repeating: 0)
        try check(weir_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText.baseAddress))
    }

    func set(_ option: CURLoption, _ value: Int) throws(TransportError) { try check(weir_curl_set_long(pointer, option, value)) }

    func set(_ option: CURLoption, _ value: String?) throws(TransportError) { try check(weir_curl_set_text(pointer, option, value)) }

    func set(_ option: CURLoption, pointer value: UnsafeRawPointer?) throws(TransportError) {
        try check(weir_curl_set_pointer(pointer, option, value))
    }

    /// Sets the bytes to send; the library copies them.
    func set(body: [UInt8]) throws(TransportError) {
        try check(weir_curl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        try check(weir_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, body))
    }

    func check(_ code: CURLcode) throws(TransportError) {
        guard code == CURLE_OK else {
            throw TransportError(.failed, "libcurl refuses an option: \(String(cString: curl_easy_strerror(code)))")
        }
    }

    func long(_ info: CURLINFO) -> Int {
        var value = 0
        return weir_curl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return weir_curl_get_offset(pointer, info, &value) == CURLE_OK ? Int64(value) : 0
    }

    /// What the library says about the failure `code`, as one line of printable ASCII.
    func explanation(of code: CURLcode) -> String {
        let own = errorText.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let bytes = own.isEmpty ? Array(String(cString: curl_easy_strerror(code)).utf8) : own
        return String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
