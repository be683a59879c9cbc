import Bytes
import CurlTransport
import Delivery

/// The settings of a sink of type `email`.
package struct EmailSinkOptions: SinkOptions {
    package var server: MailServer
    /// Which addresses the server may have; `networks:`.
    package var policy: DestinationPolicy
    /// Where the server sends what it cannot deliver, and what stands in From; `sender:`.
    package var sender: String
    package var recipients: [String]
    package var login: OutboundMail.Login?
    /// What the client calls itself; `helo:`.
    package var hello: String?
    /// What every subject begins with; `subject-prefix:`.
    package var subjectPrefix = "[Weir]"
    /// Changes in one mail at most.
    package var batch = 50
    /// Least time between two mails; what happens meanwhile goes into one.
    package var gather: Duration = .seconds(60)
    package var certificateAuthorityFile: String?
    package var connectTimeout: Duration = .seconds(30)
    package var timeout: Duration = .seconds(300)
    /// Bytes of a reply that are kept.
    package var answerBytes = 4 << 10

    package init(server: MailServer, policy: DestinationPolicy, sender: String, recipients: [String]) {
        self.server = server
        self.policy = policy
        self.sender = sender
        self.recipients = recipients
    }

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...100
    package static let recipientsRange = 1...OutboundMail.recipientsMax
    /// Bytes of a subject's prefix.
    package static let prefixRange = 1...60

    /// Whether the client may call itself `text`.
    package static func isHostName(_ text: String) -> Bool { MailAddress.isDomain(text.utf8) }

    /// What is wrong with the settings together.
    package var issues: [SinkError] {
        var issues: [SinkError] = []
        if server.security == .none, policy.networks.isEmpty {
            issues.append(SinkError("url", "a connection without TLS is allowed only towards an address that `networks` lists"))
        }
        if server.security == .none, login != nil { issues.append(SinkError("password", "a password is not sent without TLS")) }
        if let issue = MailAddress.issue(sender) { issues.append(SinkError("sender", "'\(sender)' is no address: \(issue)")) }
        for recipient in recipients {
            if let issue = MailAddress.issue(recipient) { issues.append(SinkError("to", "'\(recipient)' is no address: \(issue)")) }
        }
        if !Self.recipientsRange.contains(recipients.count) { issues.append(SinkError("to", "a mail has 1 to \(OutboundMail.recipientsMax) recipients")) }
        if let hello, !Self.isHostName(hello) { issues.append(SinkError("helo", "'\(hello)' is no host name")) }
        if !Self.batchRange.contains(batch) { issues.append(SinkError("batch", "a mail shows 1 to \(Self.batchRange.upperBound) changes")) }
        return issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try EmailSink(name: name, options: self, resources: resources))
    }

    /// The mail to those of the recipients that are given, or to all.
    func mail(_ message: [UInt8], to addressees: [String]? = nil) -> OutboundMail {
        var mail = OutboundMail(server: server, sender: sender, recipients: addressees ?? recipients, message: message, policy: policy)
        mail.hello = hello
        mail.login = login
        mail.connectTimeout = connectTimeout
        mail.timeout = timeout
        mail.certificateAuthorityFile = certificateAuthorityFile
        mail.keptBytes = answerBytes
        return mail
    }
}
