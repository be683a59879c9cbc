/// What came back: the status, the headers, and the beginning of the body.
package struct OutboundResponse: Sendable {
    /// 200 to 599 in practice; whatever the peer wrote.
    package let status: Int
    /// Names in lower case, in the order received.
    package let headers: [OutboundRequest.Header]
    /// At most `AnswerLimits.keptBytes`.
    package let body: [UInt8]
    /// Whether there was more body than was kept.
    package let isCut: Bool

    package var isSuccess: Bool { (200...299).contains(status) }

    /// The first value of the header `name`, given in lower case.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// How long the peer asks to be left alone (RFC 9110 section 10.2.3), from `now` in seconds since 1970 for its date form.
    package func retryAfter(now: Int64) -> Duration? {
        header("retry-after").flatMap { RetryAfter.parse($0, now: now) }
    }
}
