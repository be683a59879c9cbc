import FindingModel

/// What of a request stands before its body, as far as it can prove who sent it.
package struct RequestHead: Sendable {
    /// In the order received; a name may come more than once.
    package let headers: [(name: String, value: String)]
    /// What follows `/in/<source>/` in the path, as received; absent when nothing does.
    package let pathSecret: String?

    package init(headers: some Sequence<(name: String, value: String)>, pathSecret: String? = nil) {
        self.headers = Array(headers)
        self.pathSecret = pathSecret
    }

    /// How often a header is there.
    enum Occurrence {
        case missing
        case once(String)
        case repeated
    }

    /// The one value of the header `name`, in any ASCII case.
    func value(of name: String) -> Occurrence {
        var found: String?
        for header in headers where Self.equal(header.name, name) {
            if found != nil { return .repeated }
            found = header.value
        }
        return found.map { .once($0) } ?? .missing
    }

    private static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        // The server hands names over as the adapter spells them.
        return left == right || zip(left.utf8, right.utf8).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }
}

extension RequestHead {
    package init(headers: [HeaderField], pathSecret: String? = nil) {
        self.init(headers: headers.lazy.map { (name: $0.name, value: $0.value) }, pathSecret: pathSecret)
    }
}
