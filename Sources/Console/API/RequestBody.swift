import FindingModel
import JSONDocument
import State

/// The JSON object in the body of a request, read strictly: each of its members is one that the path knows, of the right kind, and not empty.
///
/// What is not understood is never passed over, as what it was meant to restrict would then be done to everything.
struct RequestBody {
    private let members: [JSONMember]
    private let caller: String?

    /// - Parameter known: the members that the path takes, beside `who` on the socket.
    init(_ request: OperatorRequest, knows known: [String]) throws(OperatorError) {
        guard let value = try? JSONValue(parsing: request.body), let members = value.objectValue else {
            throw OperatorError(.badRequest, "the body must be a JSON object")
        }
        // Over TCP the token says who asks.
        let all = request.who == nil ? known + ["who"] : known
        for member in members where !all.contains(member.name) {
            throw OperatorError(.badRequest, "the body has a member '\(member.name)' that is not known here; known: \(all.joined(separator: ", "))")
        }
        self.members = members
        caller = request.who
    }

    /// A path that takes no members: an empty body will do.
    static func checkEmpty(_ request: OperatorRequest) throws(OperatorError) {
        if !request.body.isEmpty { _ = try RequestBody(request, knows: []) }
    }

    private subscript(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    private static func wrong(_ name: String, _ wanted: String) -> OperatorError { OperatorError(.badRequest, "\(name) must be \(wanted)") }

    /// A text of at least one character, which may be left out.
    func optionalText(_ name: String) throws(OperatorError) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.stringValue, !text.isEmpty else { throw Self.wrong(name, "a text that is not empty") }
        return text
    }

    func text(_ name: String) throws(OperatorError) -> String {
        guard let text = try optionalText(name) else { throw OperatorError(.badRequest, "\(name) is needed") }
        return text
    }

    /// At least one text, where the member is there.
    func texts(_ name: String) throws(OperatorError) -> [String]? {
        guard let value = self[name] else { return nil }
        let wanted = "an array of at least one text, none of them empty"
        guard let items = value.arrayValue, !items.isEmpty else { throw Self.wrong(name, wanted) }
        var texts: [String] = []
        for item in items {
            guard let text = item.stringValue, !text.isEmpty else { throw Self.wrong(name, wanted) }
            texts.append(text)
        }
        return texts
    }

    /// False when it is left out.
    func flag(_ name: String) throws(OperatorError) -> Bool {
        guard let value = self[name] else { return false }
        guard let flag = value.boolValue else { throw Self.wrong(name, "true or false") }
        return flag
    }

    /// A time of the wall clock, or a receipt's number.
    func optionalBound(_ name: String) throws(OperatorError) -> ReceiptBound? {
        guard let text = try optionalText(name) else { return nil }
        guard let bound = ReceiptBound(written: text) else { throw Self.wrong(name, "a time such as \(MomentText.forms), or a receipt's number, as text") }
        return bound
    }

    func bound(_ name: String) throws(OperatorError) -> ReceiptBound {
        guard let bound = try optionalBound(name) else { throw OperatorError(.badRequest, "\(name) is needed") }
        return bound
    }

    /// A number written as text, as numbers that may be large are everywhere in the API.
    func optionalNumber(_ name: String, in range: ClosedRange<UInt64>) throws(OperatorError) -> UInt64? {
        guard let text = try optionalText(name) else { return nil }
        guard let number = UInt64(text), range.contains(number), String(number) == text else {
            throw Self.wrong(name, "a number from \(range.lowerBound) to \(range.upperBound), as text")
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<UInt64>) throws(OperatorError) -> UInt64 {
        guard let number = try optionalNumber(name, in: range) else { throw OperatorError(.badRequest, "\(name) is needed") }
        return number
    }

    /// The operator; commands, which come over the socket, name the system's user.
    func who() throws(OperatorError) -> String {
        if let caller { return caller }
        return try optionalText("who") ?? "unknown"
    }
}
