import CurlTransport
import Delivery

/// What an HTTP answer, or none, means for a sink, where its system says nothing more exact.
package enum HTTPOutcome {
    /// The outcome of an answer that takes or refuses the request as a whole.
    ///
    /// - Parameters:
    ///   - words: What the system said, already read from its body; the body's beginning without it.
    ///   - now: Seconds since 1970.
    package static func of(_ response: OutboundResponse, words: String? = nil, now: Int64) -> DeliveryOutcome {
        let failure = failure(response, words: words, now: now)
        switch response.status {
        case 403 where failure.isOfSink: return .retry(failure)
        case 200...299: return .delivered(status: response.status, id: nil)
        case 408, 425, 429, 500...599: return .retry(failure)
        case 413: return .split(failure)
        case 300...399, 401, 403, 404, 410: return .pause(failure)
        case 400...499: return .reject(failure)
        default: return .retry(failure)
        }
    }

    /// The outcome of a request that got no answer.
    package static func of(_ error: TransportError) -> DeliveryOutcome {
        let isOfSink =
            switch error.code {
            case .resolve, .connect, .refusedAddress, .tls, .cancelled, .stopped: true
            // Without a connection nothing of the request was sent.
            case .timeout: !error.mayHaveArrived
            case .invalidRequest, .cut, .tooLarge, .badAnswer, .failed: false
            }
        let failure = DeliveryFailure(AnswerText.line(Array(error.message.utf8), limit: 400), mayHaveArrived: error.mayHaveArrived, isOfSink: isOfSink)
        switch error.code {
        case .tls, .refusedAddress, .invalidRequest: return .pause(failure)
        case .resolve, .connect, .timeout, .cut, .tooLarge, .badAnswer, .cancelled, .stopped, .failed: return .retry(failure)
        }
    }

    /// What an answer other than 2xx says, for people.
    package static func failure(_ response: OutboundResponse, words: String? = nil, now: Int64) -> DeliveryFailure {
        let said = words.map { AnswerText.line(Array($0.utf8), limit: 1000) } ?? AnswerText.line(response.body)
        let what = (300...399).contains(response.status) ? "answered \(response.status), a redirect, which is not followed" : "answered \(response.status)"
        let words = said.isEmpty ? what : "\(what): \(said)"
        let wait = response.retryAfter(now: now)
        // Some systems limit rates with 403: with a time to wait, or a limit that is used up, it asks for patience as 429 does.
        let limit = response.status == 403 ? RateLimit.exhausted(response, now: now) : (isExhausted: false, wait: nil)
        let isLimited = response.status == 403 && wait != nil || limit.isExhausted
        return DeliveryFailure(
            words, status: response.status, retryAfter: wait ?? limit.wait, mayHaveArrived: true, isOfSink: isLimited ? true : nil)
    }
}
