/// Why a request was not accepted: the `code` of the answer's body, and what follows from it.
package enum AnswerCode: Equatable, Sendable {
    case notFound
    case methodNotAllowed
    case headTooLarge
    case headTimeout
    case bodyTimeout
    case unauthorized
    case unsupportedMediaType
    case contentEncoding
    case bodyTooLarge
    case emptyBody
    case invalidUTF8
    case invalidJSON
    case duplicateKey
    case tooDeep
    case rateLimited
    case bytesPerDay
    case memoryFull
    case tooManyConnections
    case journalStalled
    case journalTimeout
    case journalUnavailable
    case diskReserve
    case stopping
    case malformed(MalformedRequest)

    /// The status line's code and phrase.
    package var status: (code: Int, phrase: StaticString) {
        switch self {
        case .malformed, .emptyBody, .invalidUTF8, .invalidJSON, .duplicateKey, .tooDeep: (400, "400 Bad Request")
        case .unauthorized: (401, "401 Unauthorized")
        case .notFound: (404, "404 Not Found")
        case .methodNotAllowed: (405, "405 Method Not Allowed")
        case .headTimeout, .bodyTimeout: (408, "408 Request Timeout")
        case .bodyTooLarge: (413, "413 Content Too Large")
        case .unsupportedMediaType, .contentEncoding: (415, "415 Unsupported Media Type")
        case .rateLimited, .bytesPerDay: (429, "429 Too Many Requests")
        case .headTooLarge: (431, "431 Request Header Fields Too Large")
        case .memoryFull, .tooManyConnections, .journalStalled, .journalTimeout, .journalUnavailable, .diskReserve, .stopping:
            (503, "503 Service Unavailable")
        }
    }

    /// The `code` of the body, which also names the reason in counters and the log unless there is a finer one.
    package var word: String {
        switch self {
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .headTooLarge: "head_too_large"
        case .headTimeout: "head_timeout"
        case .bodyTimeout: "body_timeout"
        case .unauthorized: "unauthorized"
        case .unsupportedMediaType: "unsupported_media_type"
        case .contentEncoding: "unsupported_content_encoding"
        case .bodyTooLarge: "body_too_large"
        case .emptyBody: "empty_body"
        case .invalidUTF8: "invalid_utf8"
        case .invalidJSON: "invalid_json"
        case .duplicateKey: "duplicate_key"
        case .tooDeep: "too_deep"
        case .rateLimited: "rate_limited"
        case .bytesPerDay: "bytes_per_day_exceeded"
        case .memoryFull: "memory_full"
        case .tooManyConnections: "too_many_connections"
        case .journalStalled: "journal_stalled"
        case .journalTimeout: "journal_timeout"
        case .journalUnavailable: "journal_unavailable"
        case .diskReserve: "disk_reserve"
        case .stopping: "stopping"
        case .malformed(let reason): reason.rawValue
        }
    }

    /// The sentence of the body, without its full stop where a byte position may follow.
    var sentence: StaticString {
        switch self {
        case .notFound: "There is nothing at this path."
        case .methodNotAllowed: "This method is not allowed here."
        case .headTooLarge: "The request's head is too large."
        case .headTimeout: "The request's head took too long."
        case .bodyTimeout: "The request's body took too long."
        case .unauthorized: "The request is not authentic."
        case .unsupportedMediaType: "The Content-Type is not JSON."
        case .contentEncoding: "No Content-Encoding is taken."
        case .bodyTooLarge: "The body is too large."
        case .emptyBody: "The body is empty."
        case .invalidUTF8: "The body is not valid UTF-8"
        case .invalidJSON: "The body is not valid JSON"
        case .duplicateKey: "The body has an object with two members of one name"
        case .tooDeep: "The body is nested too deep"
        case .rateLimited: "The source sends too many requests."
        case .bytesPerDay: "The source has sent too many bytes today."
        case .memoryFull: "There is no room for the body at the moment."
        case .tooManyConnections: "There are too many connections."
        case .journalStalled: "The disk is too slow at the moment."
        case .journalTimeout: "The disk did not answer in time."
        case .journalUnavailable: "The request cannot be kept at the moment."
        case .diskReserve: "The disk is full."
        case .stopping: "The gateway is stopping."
        case .malformed(let reason): reason.sentence
        }
    }

    /// Seconds after which trying again makes sense, where the moment of the refusal does not tell better.
    package var retryAfter: Int? {
        switch self {
        case .rateLimited, .journalStalled, .journalTimeout, .journalUnavailable, .memoryFull, .tooManyConnections, .stopping: 5
        case .diskReserve, .bytesPerDay: 60
        default: nil
        }
    }

    /// Whether the connection is closed although the request was read to its end, or because it cannot be.
    package var closes: Bool {
        switch self {
        case .malformed, .bodyTooLarge, .headTooLarge, .headTimeout, .bodyTimeout, .memoryFull, .tooManyConnections, .stopping: true
        default: false
        }
    }
}
