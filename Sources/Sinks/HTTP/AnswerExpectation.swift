import CurlTransport
import Delivery

/// What an answer must look like to count as a delivery, beside a status from 200 to 299: a login page is answered 200 too.
package struct AnswerExpectation: Hashable, Sendable {
    /// None: all from 200 to 299. `status:`
    package var statuses: Set<Int> = []
    /// The media type, in lower case and without parameters. `content-type:`
    package var contentType: String?
    /// What stands somewhere in the body. `body:`
    package var text: String?

    package init() {}

    /// Bytes of a body in which `text` is looked for.
    static let bodyBytes = 64 << 10

    /// What is missing in an answer whose status is a success, as a clause; nothing when it is what was expected.
    func miss(in response: OutboundResponse) -> String? {
        if !statuses.isEmpty, !statuses.contains(response.status) {
            return "where `expect` wants the status \(statuses.sorted().map { String($0) }.joined(separator: " or "))"
        }
        if let contentType, Self.mediaType(response.header("content-type") ?? "") != contentType {
            let given = AnswerText.line(Array((response.header("content-type") ?? "none").utf8), limit: 60)
            return "with the content type \(given) where `expect` wants \(contentType)"
        }
        if let text, !Self.holds(response.body, Array(text.utf8)) {
            return "without the text that `expect` wants in the body\(response.isCut ? "'s first \(response.body.count) bytes" : "")"
        }
        return nil
    }

    /// The beginning of a Content-Type: `text/html` of `Text/HTML; charset=utf-8`.
    package static func mediaType(_ value: String) -> String {
        let type = value.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return String(Substring(type)).lowercased()
    }

    private static func holds(_ body: [UInt8], _ text: [UInt8]) -> Bool { body.indices.contains { body[$0...].starts(with: text) } }
}
