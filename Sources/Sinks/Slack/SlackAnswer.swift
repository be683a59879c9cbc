import CurlTransport
import Delivery
import JSONDocument

/// What an incoming webhook's answer means: a status and one word
/// (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, "Handling errors").
enum SlackAnswer {
    /// - Parameter now: Seconds since 1970.
    static func outcome(_ response: OutboundResponse, now: Int64) -> DeliveryOutcome {
        let words = AnswerText.line(response.body)
        guard response.isSuccess else {
            switch (response.status, words) {
            // What the message says cannot be the reason: the webhook's owner is gone.
            case (400, "user_not_found"), (400, "no_team"), (400, "invalid_token"):
                return .pause(HTTPOutcome.failure(response, words: words, now: now))
            case (400, "msg_too_long"), (400, "msg_blocks_too_long"), (400, "too_many_attachments"):
                return .split(HTTPOutcome.failure(response, words: words, now: now))
            default: return HTTPOutcome.of(response, words: words, now: now)
            }
        }
        if words == "ok" { return .delivered(status: response.status, id: nil) }
        // A proxy's page, or the Web API's way to say no with 200, is no message in a channel.
        guard let answer = try? JSONValue(parsing: response.body) else {
            return .retry(DeliveryFailure("answered \(response.status) without Slack's ok: \(words)", status: response.status, mayHaveArrived: true))
        }
        if answer["ok"]?.boolValue == true { return .delivered(status: response.status, id: nil) }
        let error = AnswerText.line(Array((answer["error"]?.stringValue ?? words).utf8))
        let failure = DeliveryFailure("answered \(response.status) with an error inside: \(error)", status: response.status)
        switch error {
        case "invalid_payload", "invalid_blocks", "invalid_blocks_format", "no_text": return .reject(failure)
        case "msg_too_long", "msg_blocks_too_long": return .split(failure)
        case "ratelimited", "rate_limited", "service_unavailable":
            return .retry(DeliveryFailure(failure.reason, status: failure.status, isOfSink: true))
        case "internal_error", "fatal_error", "request_timeout": return .retry(failure)
        default: return .pause(failure)
        }
    }
}
