/// A refusal on its way out of a function that otherwise gives a value.
struct AuthenticationRejection: Error {
    let refusal: AuthenticationRefusal

    init(_ code: AuthenticationRefusal.Code, detail: String? = nil) { refusal = AuthenticationRefusal(code, detail: detail) }
}

extension RequestHead {
    /// The one value of the header `name`, which must be there exactly once.
    func single(_ name: String) throws(AuthenticationRejection) -> String {
        switch value(of: name) {
        case .once(let value): return value
        case .missing: throw AuthenticationRejection(.missingCredential, detail: name)
        case .repeated: throw AuthenticationRejection(.doubledHeader, detail: name)
        }
    }
}
