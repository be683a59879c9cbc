import JSONDocument
import State
import YAMLDocument

/// The answer to an `OperatorRequest`: a status as in HTTP, JSON, and what a list says beside its items.
package struct OperatorResponse: Sendable {
    package let status: Int
    package let body: [UInt8]
    /// Whether the body is one JSON value a line instead of one value.
    package var isLines = false
    /// Of a list: what to give as `after` for what comes behind; nothing at its end.
    package var next: String?
    /// Of a list: how many of its items hold a text of which only the beginning is shown.
    package var cut = 0
    /// Set while the answer may lack something.
    package var rebuilding: Rebuilding?
    /// What the answer lacks because the journal is damaged.
    package var unreadable: UnreadableEntries?

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

/// A source or sink by its name, as configurations name them.
package struct ConfiguredThing: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case source, sink }

    package let kind: Kind
    package let name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }
}

/// Why a request cannot be answered, in one sentence.
package struct OperatorError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        case badRequest = "bad_request"
        /// What is asked for has a name that nothing has: a source, a kind, a record to go on after.
        case unknownName = "unknown_name"
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
    /// What to do about it, where that is known.
    package let hint: String?
    /// The configured thing that is meant and is not there.
    package var missing: ConfiguredThing?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Nothing answers at the request's path.
    package static let noPath = OperatorError(.notFound, "there is nothing at this path")

    /// There is no such sink.
    package init(noSink name: String) {
        self.init(.notFound, "there is no sink '\(name)'")
        missing = ConfiguredThing(.sink, name)
    }

    /// A word that is none of `known`.
    package init(_ code: Code = .badRequest, unknown what: String, _ word: String, known: [String]) {
        let meant = Spelling.closest(to: word, in: known).map { "did you mean '\($0)'?" }
        self.init(code, "unknown \(what) '\(word)'", hint: meant ?? (known.isEmpty ? nil : "known: " + known.joined(separator: ", ")))
    }

    package var status: Int {
        switch code {
        case .badRequest, .unknownName: 400
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

    /// `{"error":"…","code":"…"}`, as everywhere in the gateway, with `hint` where there is one.
    package var response: OperatorResponse {
        OperatorResponse(status: status) { writer in
            writer.beginObject()
            writer.key("error")
            writer.string(message)
            writer.key("code")
            writer.string(code.rawValue)
            writer.member("hint", hint)
            if let missing { writer.object("missing") { writer in writer.member(missing.kind.rawValue, missing.name) } }
            writer.endObject()
        }
    }
}
