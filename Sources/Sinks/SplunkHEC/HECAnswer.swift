import CurlTransport
import Delivery
import JSONDocument

/// What the collector said: a status, and in the body a code with its words (help.splunk.com, "Troubleshoot HTTP Event Collector", the table
/// of possible error codes).
struct HECAnswer {
    let response: OutboundResponse
    /// Seconds since 1970.
    let now: Int64
    let code: Int64?
    let text: String?
    /// The first event, from 0, that the collector could not take.
    let invalidEvent: Int?
    /// The batch's number in the channel, with indexer acknowledgement.
    let acknowledgementID: Int64?

    init(_ response: OutboundResponse, now: Int64) {
        self.response = response
        self.now = now
        let body = response.isCut ? nil : try? JSONValue(parsing: response.body)
        code = body?["code"]?.integerValue
        text = body?["text"]?.stringValue
        invalidEvent = body?["invalid-event-number"]?.integerValue.flatMap { Int(exactly: $0) }
        acknowledgementID = body?["ackId"]?.integerValue
    }

    /// What the answer means for a request; a success only says that its events look valid.
    var outcome: DeliveryOutcome {
        switch code ?? -1 {
        case 0 where response.isSuccess: .delivered(status: response.status, id: acknowledgementID.map { String($0) })
        // Tokens that are disabled, missing or unknown; an index the token may not write to; channels and acknowledgement set up otherwise here and there.
        case 1, 2, 3, 4, 7, 10, 11, 14, 16: .pause(failure)
        // No data, not the format, no event, fields that cannot be indexed.
        case 5, 6, 12, 13, 15: .reject(failure)
        // An error inside, busy, unhealthy, queues full, shutting down.
        case 8, 9, 18...27: .retry(failure)
        default: unknown
        }
    }

    /// The event, of `count`, for which the collector refused the request; nothing when it refused for another reason, or names none.
    func refusedEvent(of count: Int) -> Int? {
        guard case .reject = outcome, let invalidEvent, (0..<count).contains(invalidEvent) else { return nil }
        return invalidEvent
    }

    private var unknown: DeliveryOutcome {
        // Anything can answer 200, a proxy's page too: only the collector's own words are a success.
        guard !response.isSuccess else {
            return .retry(
                DeliveryFailure(
                    "answered \(response.status) without the collector's code 0: \(AnswerText.line(response.body))", status: response.status,
                    mayHaveArrived: true))
        }
        return HTTPOutcome.of(response, words: text, now: now)
    }

    var failure: DeliveryFailure {
        let words = "code \(code.map { String($0) } ?? "unknown")" + (text.map { ", \($0)" } ?? "")
        return HTTPOutcome.failure(response, words: words, now: now)
    }
}
