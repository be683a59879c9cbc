import JSONDocument

/// The answer to an `OperatorRequest`: a status as in HTTP, and JSON.
package struct OperatorResponse: Sendable {
    package let status: Int
    package let body: [UInt8]

    package init(status: Int = 200, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// What `write` writes, which must be one JSON value.
    package init(status: Int = 200, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        self.init(status: status, body: writer.bytes)
    }
}

/// Why a request cannot be answered, in one sentence.
package struct OperatorError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case badRequest = "bad_request"
        case unauthorized
        case forbidden
        case notFound = "not_found"
        case notAllowed = "method_not_allowed"
        case conflict
        case tooLarge = "too_large"
        case failed
        case unavailable
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var status: Int {
        switch code {
        case .badRequest: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .notAllowed: 405
        case .conflict: 409
        case .tooLarge: 413
        case .failed: 500
        case .unavailable: 503
        }
    }

    /// `{"error":"…","code":"…"}`, as everywhere in the gateway.
    package var response: OperatorResponse {
        OperatorResponse(status: status) { writer in
            writer.beginObject()
            writer.key("error")
            writer.string(message)
            writer.key("code")
            writer.string(code.rawValue)
            writer.endObject()
        }
    }
}
