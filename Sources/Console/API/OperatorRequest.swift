/// What someone asks of the gateway, however it came.
package struct OperatorRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package let method: Method
    /// The parts of the path, percent-decoded, without empty ones.
    package let path: [String]
    /// The query's fields, percent-decoded.
    package let query: [(name: String, value: String)]
    package let body: [UInt8]
    /// The operator who asks; nothing for commands, which name the system's user in their body.
    package let who: String?

    package init(_ method: Method, _ path: [String], query: [(name: String, value: String)] = [], body: [UInt8] = [], who: String? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.who = who
    }

    /// The first value of the query's field `name`.
    package subscript(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// All values of the query's field `name`.
    package func all(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }
}
