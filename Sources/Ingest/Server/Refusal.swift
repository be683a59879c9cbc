/// A refusal on its way to the client, to the counters and to the log.
struct Refusal: Sendable {
    var answer: RefusedAnswer
    /// The word for counters and log; the answer's code unless there is a finer one.
    var reason: String
    var detail: String?
    /// Bytes of the body that came or were announced.
    var size: Int
    var bodySHA256: String?

    init(_ answer: RefusedAnswer, reason: String? = nil, detail: String? = nil, size: Int = 0, bodySHA256: String? = nil) {
        self.answer = answer
        self.reason = reason ?? answer.code.word
        self.detail = detail
        self.size = size
        self.bodySHA256 = bodySHA256
    }

    init(_ code: AnswerCode, reason: String? = nil, detail: String? = nil, size: Int = 0) {
        self.init(RefusedAnswer(code), reason: reason, detail: detail, size: size)
    }
}
