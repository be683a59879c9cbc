import FindingModel

/// One refused request, as people are told about it; it holds no credential and no byte of the request.
package struct RefusalRecord: Equatable, Sendable {
    package let time: Timestamp
    /// The status it was answered with.
    package let status: Int
    /// A word: the code of the answer, or the finer reason that only the operator may know (`bad_signature`, `timestamp_skew`…).
    package let reason: String
    /// What the reason leaves open (`+47 s`, `at byte 17`).
    package let detail: String?
    /// The client's address.
    package let peer: String
    /// Bytes of the body that came or were announced.
    package let size: Int
    /// The SHA-256 of a body that came whole from an authentic sender, in hex.
    package let bodySHA256: String?

    package init(time: Timestamp, status: Int, reason: String, detail: String? = nil, peer: String, size: Int = 0, bodySHA256: String? = nil) {
        self.time = time
        self.status = status
        self.reason = reason
        self.detail = detail
        self.peer = peer
        self.size = size
        self.bodySHA256 = bodySHA256
    }
}
