/// What this side proves itself with in TLS: PEM files of a client's certificate, with those that lead to its authority, and of its key.
package struct ClientIdentity: Hashable, Sendable {
    package var certificateFile: String
    package var keyFile: String

    package init(certificateFile: String, keyFile: String) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}
