import CurlTransport
import Delivery
import JSONDocument

/// Indexer acknowledgement: what is asked, and what the answer says about one batch
/// (help.splunk.com, "About HTTP Event Collector Indexer Acknowledgment").
enum HECAcknowledgement {
    static let path = SplunkHECOptions.api + "/ack"
    /// How long is waited before each question, two minutes in all.
    static let waits: [Duration] =
        [.milliseconds(100), .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2)] + Array(repeating: .seconds(5), count: 23)

    enum Answer: Equatable {
        /// It is on the indexers' disks; said once, then forgotten.
        case indexed
        /// Not yet, never, or already said: the collector knows no difference.
        case open
        /// Asking again will not help.
        case ended(DeliveryOutcome)
    }

    static func question(_ id: Int64) -> [UInt8] { Array("{\"acks\":[\(id)]}".utf8) }

    static func read(_ response: OutboundResponse, id: Int64, now: Int64) -> Answer {
        let body = response.isCut ? nil : try? JSONValue(parsing: response.body)
        if response.isSuccess { return body?["acks"]?[String(id)]?.boolValue == true ? .indexed : .open }
        let outcome = HECAnswer(response, now: now).outcome
        // A pause is for a person to end; whatever else it is may pass while the question is asked again.
        if case .pause = outcome { return .ended(outcome) }
        return .open
    }
}
