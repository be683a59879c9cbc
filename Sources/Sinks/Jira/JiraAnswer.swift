import CurlTransport
import Delivery
import JSONDocument

/// What Jira's answers mean (https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes).
struct JiraAnswer {
    /// What was asked for.
    enum Call: Hashable {
        case search
        /// A new issue, with the names of its fields, and of those that are the same for every finding.
        case create(sent: Set<String>, constant: Set<String>)
        /// Something about one issue, with the names of the fields that it sets.
        case issue(sent: Set<String>, constant: Set<String>)

        /// Something about one issue that sets no field.
        static let issue = Call.issue(sent: [], constant: [])
    }

    let call: Call
    /// Seconds since 1970.
    let now: Int64

    /// The answer's JSON, `null` when it has no body; throws what anything but a success means.
    func read(_ response: OutboundResponse) throws(TicketFailure) -> JSONValue {
        // Somebody who is not logged in is shown nothing instead of an error
        // (https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/).
        let login = response.header("x-seraph-loginreason") ?? ""
        if login.utf8.starts(with: "AUTHENTICATED_FAILED".utf8) || login.utf8.starts(with: "AUTHENTICATION_DENIED".utf8) {
            let words = "Jira does not accept the user and token (\(AnswerText.line(Array(login.utf8), limit: 60)))"
            throw .pause(DeliveryFailure(words, status: response.status))
        }
        guard response.isSuccess else { throw refusal(response) }
        if response.body.isEmpty { return .null }
        guard !response.isCut, let json = try? JSONValue(parsing: response.body) else {
            let words = AnswerText.line(response.body)
            throw .retry(
                DeliveryFailure("answered \(response.status) with what is no answer of Jira's: \(words)", status: response.status, mayHaveArrived: true))
        }
        return json
    }

    private func refusal(_ response: OutboundResponse) -> TicketFailure {
        let body = try? JSONValue(parsing: response.body)
        let failure = HTTPOutcome.failure(response, words: body.flatMap(Self.words), now: now)
        switch response.status {
        case 404:
            // 404 is also the answer to somebody who may not see the issue.
            if case .issue = call { return .gone(failure) }
            return .pause(failure)
        case 400: return badRequest(body, failure.hasNotArrived)
        // The limits say no before anything is done (https://developer.atlassian.com/cloud/jira/platform/rate-limiting/).
        case 429: return .retry(failure.hasNotArrived)
        case 409: return .retry(failure)
        default:
            let outcome = TicketFailure(HTTPOutcome.of(response, words: body.flatMap(Self.words), now: now))
            if case .reject(let failure) = outcome { return .reject(failure.hasNotArrived) }
            return outcome
        }
    }

    /// A field that the configuration decides is wrong for every issue, and so is one that nobody sends: a new mandatory field would else make
    /// a dead letter of each finding.
    private func badRequest(_ body: JSONValue?, _ failure: DeliveryFailure) -> TicketFailure {
        let sent: Set<String>, constant: Set<String>
        switch call {
        case .search: return .pause(failure)
        case .create(let names, let same), .issue(let names, let same): (sent, constant) = (names, same)
        }
        let errors = body?["errors"]?.objectValue ?? []
        let messages = (body?["errorMessages"]?.arrayValue ?? []).compactMap(\.stringValue)
        let isConfiguration =
            errors.contains { error in
                !sent.contains(error.name) || constant.contains(error.name) || Self.isAboutTheField(error.value.stringValue ?? "")
            } || messages.contains { Self.has($0, "is required") || Self.isAboutTheField($0) }
        return isConfiguration ? .pause(failure) : .reject(failure)
    }

    private static func isAboutTheField(_ words: String) -> Bool {
        has(words, "cannot be set") || has(words, "not on the appropriate screen") || has(words, "does not exist")
    }

    /// Whether `words` holds `phrase`, which is ASCII.
    private static func has(_ words: String, _ phrase: String) -> Bool {
        let bytes = Array(words.utf8), wanted = Array(phrase.utf8)
        return bytes.indices.contains { bytes[$0...].starts(with: wanted) }
    }

    /// `errorMessages` and `errors` in one line.
    private static func words(_ body: JSONValue) -> String? {
        let messages = (body["errorMessages"]?.arrayValue ?? []).compactMap(\.stringValue)
        let errors = (body["errors"]?.objectValue ?? []).map { "\($0.name): \($0.value.stringValue ?? "")" }
        let all = messages + errors + [body["message"]?.stringValue].compactMap { $0 }
        return all.isEmpty ? nil : all.joined(separator: "; ")
    }
}
