/// Something worth knowing that is neither finding nor scan: a target or user event, an unknown one, or the gateway's own word.
package struct Notice: Equatable, Sendable {
    /// `n_` and 32 hex digits; see `RecordIdentity`.
    package var uid: String
    /// `[a-z0-9_]{1,64}`, also the end of the change's type; anything else becomes `other`.
    package var kind: String
    package var summary: String
    package var resource: Resource?
    /// Absent for the gateway's own notices.
    package var raw: RawReference?
    package var unmapped: RawJSON?

    package init(uid: String, kind: String, summary: String, resource: Resource? = nil, raw: RawReference? = nil, unmapped: RawJSON? = nil) {
        self.uid = uid
        self.kind = kind
        self.summary = summary
        self.resource = resource
        self.raw = raw
        self.unmapped = unmapped
    }

    /// `word` if it can be a notice's kind, else `other`.
    package static func kind(of word: String) -> String {
        let bytes = word.utf8
        let allowed = bytes.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
        return allowed && (1...64).contains(bytes.count) ? word : "other"
    }
}
