/// One mail to hand to a server.
package struct OutboundMail: Sendable {
    package struct Login: Hashable, Sendable {
        package let user: String
        package let password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var server: MailServer
    /// What the client calls itself: a host name, or an address in brackets; left out, the machine's host name.
    package var hello: String?
    /// Sent by AUTH PLAIN or LOGIN (RFC 4954), and only inside TLS.
    package var login: Login?
    /// Where the server sends what it cannot deliver: `local-part@domain`.
    package var sender: String
    /// `local-part@domain` each; 1 to `recipientsMax`.
    package var recipients: [String]
    /// Header, empty line and body with CR LF at each line's end; lines that begin with a dot stand as they are.
    package var message: [UInt8]
    /// Which addresses may be connected to.
    package var policy: DestinationPolicy
    /// Until the server has greeted and taken the login.
    package var connectTimeout: Duration = .seconds(30)
    /// From the beginning to the server's word about the message.
    package var timeout: Duration = .seconds(300)
    /// A PEM file whose certificates are trusted instead of the system's.
    package var certificateAuthorityFile: String?
    /// Bytes of one reply that are kept.
    package var keptBytes = 4 << 10

    /// What every server takes in one transaction (RFC 5321, section 4.5.3.1.8).
    package static let recipientsMax = 100

    package init(server: MailServer, sender: String, recipients: [String], message: [UInt8], policy: DestinationPolicy) {
        self.server = server
        self.sender = sender
        self.recipients = recipients
        self.message = message
        self.policy = policy
    }

    /// Refuses what could end a command or begin another, and a login that would be sent in the clear.
    func check() throws(TransportError) {
        guard (1...Self.recipientsMax).contains(recipients.count) else {
            throw TransportError(.invalidRequest, "a mail has 1 to \(Self.recipientsMax) recipients")
        }
        for address in [sender] + recipients {
            guard !address.isEmpty, address.utf8.allSatisfy(Self.isAddressByte) else {
                throw TransportError(.invalidRequest, "an address of the mail has white space, angle brackets or characters outside ASCII")
            }
        }
        guard hello.map({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) ?? true else {
            throw TransportError(.invalidRequest, "the client's name for itself is no host name")
        }
        guard let login else { return }
        guard server.security != .none else { throw TransportError(.invalidRequest, "a password is not sent without TLS") }
        guard !login.user.isEmpty, !(login.user + login.password).utf8.contains(0) else {
            throw TransportError(.invalidRequest, "the user's name is empty, or a zero byte stands in the login")
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-.:[]".utf8.contains(byte)
        }
    }
}
