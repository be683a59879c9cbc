import Digests
import FindingModel

/// One receipt, as the journal kept it.
package struct MappingInput: Sendable {
    /// After redaction.
    package var body: [UInt8]
    package var headers: [HeaderField]
    /// The receipt's number.
    package var receipt: UInt64
    package var receivedTime: Timestamp
    /// Digest of the body as it is kept.
    package var bodySHA256: SHA256Digest
    /// Bytes of the body as it is kept.
    package var bodySize: Int

    package init(body: [UInt8], headers: [HeaderField], receipt: UInt64, receivedTime: Timestamp, bodySHA256: SHA256Digest, bodySize: Int) {
        self.body = body
        self.headers = headers
        self.receipt = receipt
        self.receivedTime = receivedTime
        self.bodySHA256 = bodySHA256
        self.bodySize = bodySize
    }
}

/// Why a body cannot be mapped at all.
package struct MappingError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// The body is not JSON within the limits.
        case notJSON = "not_json"
        /// What the adapter makes of the body is too much for one event.
        case overBudget = "over_budget"
    }

    package let code: Code
    /// Byte of the body.
    package let offset: Int
    package let message: String

    package init(code: Code, offset: Int, message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }
}
