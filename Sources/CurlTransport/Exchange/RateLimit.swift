/// What an answer's headers say about a limit of requests.
package enum RateLimit {
    /// Whether the headers say that nothing more is allowed for now, and for how long; `now` is in seconds since 1970.
    ///
    /// Read are `x-ratelimit-remaining`, `x-rate-limit-remaining` and `ratelimit-remaining` with their `-reset` (seconds from now, or since 1970), and the
    /// parameters `r` and `t` of `ratelimit` (draft-ietf-httpapi-ratelimit-headers, section 4).
    package static func exhausted(_ response: OutboundResponse, now: Int64) -> (isExhausted: Bool, wait: Duration?) {
        for name in ["x-ratelimit", "x-rate-limit", "ratelimit"] {
            guard response.header("\(name)-remaining").flatMap({ number(trimmed($0)) }) == 0 else { continue }
            return (true, response.header("\(name)-reset").flatMap { wait(until: trimmed($0), now: now) })
        }
        let parameters = (response.header("ratelimit") ?? "").split(separator: ";").map { trimmed(String($0)) }
        guard parameters.contains("r=0") else { return (false, nil) }
        return (true, parameters.first { $0.hasPrefix("t=") }.flatMap { wait(until: String($0.dropFirst(2)), now: now) })
    }

    /// What is larger than any wait is a moment.
    private static func wait(until text: String, now: Int64) -> Duration? {
        guard let value = number(text) else { return nil }
        let wait = value > longest ? max(0, value.subtractingReportingOverflow(now).partialValue) : value
        return wait > 0 && wait <= longest ? .seconds(wait) : nil
    }

    private static func number(_ text: String) -> Int64? { text.utf8.count <= 18 ? Int64(text).flatMap { $0 >= 0 ? $0 : nil } : nil }

    private static func trimmed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return String(decoding: bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }

    private static let longest: Int64 = 366 * 86_400
}
