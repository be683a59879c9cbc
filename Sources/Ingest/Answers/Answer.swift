/// What a request is answered with.
package enum Answer: Equatable, Sendable {
    /// Kept, or known from before: the number of its receipt.
    case accepted(receipt: UInt64)
    /// The process is up.
    case healthy(withBody: Bool)
    /// The journal can be written, whatever stands still behind it.
    case ready(withBody: Bool, StandingStill)
    case refused(RefusedAnswer)

    /// A refusal with what its code says about trying again.
    static func refused(_ code: AnswerCode) -> Answer { .refused(RefusedAnswer(code)) }
}

/// The answer to a request that was not accepted.
package struct RefusedAnswer: Equatable, Sendable {
    package let code: AnswerCode
    /// Seconds for Retry-After.
    package var retryAfter: Int?
    /// The byte of the body that is wrong, from 0.
    package var position: Int?
    /// The methods for Allow.
    package var allow: StaticString?
    /// False in the answer to a HEAD request.
    package var withBody = true

    package init(_ code: AnswerCode, retryAfter: Int? = nil, position: Int? = nil) {
        self.code = code
        self.retryAfter = retryAfter ?? code.retryAfter
        self.position = position
    }

    package static func == (left: RefusedAnswer, right: RefusedAnswer) -> Bool {
        left.code == right.code && left.retryAfter == right.retryAfter && left.position == right.position
    }
}
