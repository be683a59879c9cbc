import CurlTransport
import Delivery
import JSONDocument

/// What the Table API's answers mean
/// (https://www.servicenow.com/docs/bundle/yokohama-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html, "REST API HTTP response codes").
struct ServiceNowAnswer {
    /// Whether the request is about one record that is known.
    let isAboutRecord: Bool
    /// Seconds since 1970.
    let now: Int64

    /// `result`; throws what anything but a success means.
    func read(_ response: OutboundResponse) throws(TicketFailure) -> JSONValue {
        let body = response.isCut ? nil : try? JSONValue(parsing: response.body)
        guard response.isSuccess else { throw refusal(response, body) }
        // An instance that sleeps answers 200 with a page, and a transaction that ran out of time 200 with an error beside what it had.
        guard let body, body["error"] == nil, let result = body["result"] else {
            let words = body.flatMap(Self.words) ?? AnswerText.line(response.body)
            let lie = DeliveryFailure("answered \(response.status) without a result: \(words)", status: response.status, mayHaveArrived: true)
            throw .retry(lie)
        }
        return result
    }

    private func refusal(_ response: OutboundResponse, _ body: JSONValue?) -> TicketFailure {
        let words = body.flatMap(Self.words)
        let failure = HTTPOutcome.failure(response, words: words, now: now)
        switch response.status {
        case 404: return isAboutRecord && Self.isNoRecord(words) ? .gone(failure) : .pause(failure.hasNotArrived)
        // The rule says no before anything is done
        // (https://www.servicenow.com/docs/bundle/yokohama-api-reference/page/integrate/inbound-rest/concept/inbound-REST-API-rate-limiting.html).
        case 429: return .retry(failure.hasNotArrived)
        // 403 is also the answer of a business rule that refuses what this record says, while rights and data policies concern every record.
        case 403 where Self.has(words, "aborted by Business Rule"): return .reject(failure.hasNotArrived)
        case 403 where failure.isOfSink: return .retry(failure.hasNotArrived)
        case 400 where Self.has(words, "Invalid table"): return .pause(failure.hasNotArrived)
        case 400...499:
            let outcome = TicketFailure(HTTPOutcome.of(response, words: words, now: now))
            return switch outcome {
            case .retry(let failure): .retry(failure)
            case .pause(let failure): .pause(failure.hasNotArrived)
            case .reject(let failure), .gone(let failure): .reject(failure.hasNotArrived)
            }
        default: return TicketFailure(HTTPOutcome.of(response, words: words, now: now))
        }
    }

    /// `error.message` and `error.detail`.
    private static func words(_ body: JSONValue) -> String? {
        guard let error = body["error"] else { return nil }
        let texts = [error["message"]?.stringValue, error["detail"]?.stringValue, error.stringValue].compactMap { $0 }
        return texts.isEmpty ? nil : texts.joined(separator: ": ")
    }

    private static func isNoRecord(_ words: String?) -> Bool { has(words, "No Record found") || has(words, "Record doesn't exist") }

    /// Whether `words` holds `phrase`, which is ASCII.
    private static func has(_ words: String?, _ phrase: String) -> Bool {
        guard let words else { return false }
        let bytes = Array(words.utf8), wanted = Array(phrase.utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
    }
}
