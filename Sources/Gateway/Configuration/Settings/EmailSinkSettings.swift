import CurlTransport
import Delivery
import struct Adapters.LabelledSecret
import Sinks
import YAMLDocument

/// Reads the settings of mails to people by a mail server.
enum EmailSinkSettings {
    static let type = SinkType(word: "email", start: .now) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> EmailSinkOptions? {
        let urlNode = reader.require("url", what, &context.issues)
        let server = server(urlNode, reader.take("tls"), &context)
        let policy = DestinationPolicy(networks: DestinationReader.networks(reader.take("networks"), &context))
        if let server, let urlNode {
            DestinationReader.check(
                host: server.host, isPlain: server.security == .none, urlNode, policy, schemes: ("mail without TLS", "TLS"), &context)
        }
        let sender = reader.require("sender", what, &context.issues).flatMap { address($0, "sender", &context) }
        let recipients = recipients(reader.require("to", what, &context.issues), &context)
        let login = login(&reader, what, server, &context)
        let hello = context.value(reader.take("helo"), "helo", form: "a host name such as weir.example.com") { EmailSinkOptions.isHostName($0) ? $0 : nil }
        let prefix = context.value(reader.take("subject-prefix"), "subject-prefix", form: "a text of at most 60 characters") { text in
            EmailSinkOptions.prefixRange.contains(text.unicodeScalars.count) ? text : nil
        }
        let batch = context.integer(reader.take("batch"), "batch", EmailSinkOptions.batchRange)
        let gather = context.duration(reader.take("gather"), "gather", 0...86_400_000)
        let authority = reader.take("ca").flatMap { DestinationReader.authorityFile($0, &context) }
        let timeout = context.duration(reader.take("timeout"), "timeout", 1000...1_800_000)
        let connectTimeout = context.duration(reader.take("connect-timeout"), "connect-timeout", 100...300_000)
        let answerMax = context.bytes(reader.take("answer-max"), "answer-max", 256...64 << 10)
        guard let server, let sender, let recipients else { return nil }
        var options = EmailSinkOptions(server: server, policy: policy, sender: sender, recipients: recipients)
        options.login = login
        options.hello = hello
        if let prefix { options.subjectPrefix = prefix }
        if let batch { options.batch = batch }
        if let gather { options.gather = .milliseconds(gather) }
        options.certificateAuthorityFile = authority
        if let timeout { options.timeout = .milliseconds(timeout) }
        if let connectTimeout { options.connectTimeout = .milliseconds(connectTimeout) }
        if let answerMax { options.answerBytes = Int(answerMax) }
        return options
    }

    private static func server(_ node: YAMLNode?, _ securityNode: YAMLNode?, _ context: inout SettingsContext) -> MailServer? {
        var security: MailServer.Security?
        if let securityNode, let word = context.word(securityNode, "tls") {
            security = MailServer.Security(rawValue: word)
            guard security != nil else {
                context.issues.unknownWord(securityNode, what: "tls", known: MailServer.Security.allCases.map(\.rawValue))
                return nil
            }
        }
        guard let node, let text = context.word(node, "url") else { return nil }
        do throws(TransportError) {
            return try MailServer(text, security: security)
        } catch {
            context.issues.error(node, "url: \(error.message)", hint: "smtps://mail.example.com, or smtp://mail.example.com:587 for STARTTLS")
            return nil
        }
    }

    private static func address(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> String? {
        guard let text = context.word(node, what) else { return nil }
        guard let issue = MailAddress.issue(text) else { return text }
        context.issues.error(node, "\(what): '\(text)' is no mail address: \(issue)", hint: "weir@example.com")
        return nil
    }

    /// Nothing after errors, also when some of them are addresses.
    private static func recipients(_ node: YAMLNode?, _ context: inout SettingsContext) -> [String]? {
        guard let node else { return nil }
        let items = context.list(node, "to")
        guard EmailSinkOptions.recipientsRange.contains(items.count) else {
            if !node.isEmpty || items.count > 0 {
                context.issues.error(node, "to: a mail has 1 to \(EmailSinkOptions.recipientsRange.upperBound) recipients", hint: "write the address of a list")
            }
            return nil
        }
        var recipients: [String] = []
        for item in items {
            guard let recipient = address(item, "to", &context) else { continue }
            if recipients.contains(recipient) { context.issues.error(item, "to: '\(recipient)' stands there twice") }
            recipients.append(recipient)
        }
        return recipients.count == items.count ? recipients : nil
    }

    private static func login(
        _ reader: inout MappingReader, _ what: String, _ server: MailServer?, _ context: inout SettingsContext
    ) -> OutboundMail.Login? {
        let userNode = reader.take("user")
        let passwordNode = reader.take("password")
        let user = userNode.flatMap { context.word($0, "user") }
        let password = context.secret(passwordNode, "password")
        if let node = userNode ?? passwordNode {
            if (userNode == nil) != (passwordNode == nil) { context.issues.error(node, "\(what): 'user' and 'password' belong together") }
            if server?.security == MailServer.Security.none {
                context.issues.error(node, "\(what): a password is not sent without TLS", hint: "leave out 'tls: none', or 'user' and 'password'")
            }
        }
        guard let user, let password, let passwordNode else { return nil }
        let text = String(decoding: password.value, as: UTF8.self)
        guard !text.utf8.contains(0), Array(text.utf8) == password.value else {
            context.issues.error(passwordNode, "password: \(password.label) has a zero byte, or is not UTF-8")
            return nil
        }
        return OutboundMail.Login(user: user, password: text)
    }
}
