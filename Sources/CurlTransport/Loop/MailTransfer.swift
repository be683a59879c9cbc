internal import CCurl

/// One mail under way.
final class MailTransfer: LoopTransfer {
    let easy: EasyHandle
    private let mail: OutboundMail
    private let reply: Reply<MailAnswer>
    private let isGivenUp: @Sendable () -> Bool
    private let gate: AddressGate
    private var recipients = HeaderList()
    private var dialogue: MailDialogue
    private var sent = 0

    /// How long the server's goodbye is waited for, in seconds; the library does so before it says how the exchange ended.
    private static let goodbyeSeconds = 2

    /// - Parameter isGivenUp: Asked now and then while the library blocks the thread.
    init(_ mail: OutboundMail, on easy: EasyHandle, _ reply: Reply<MailAnswer>, isGivenUp: @escaping @Sendable () -> Bool) throws(TransportError) {
        self.mail = mail
        self.easy = easy
        self.reply = reply
        self.isGivenUp = isGivenUp
        gate = AddressGate(mail.policy, isPlain: mail.server.security == .none)
        dialogue = MailDialogue(recipients: mail.recipients, keptBytes: mail.keptBytes)
        try easy.reset()
        try mail.check()
        try describeConnection()
        try describeMail()
        try attachCallbacks()
    }

    private func describeConnection() throws(TransportError) {
        try easy.set(CURLOPT_URL, mail.server.url(hello: mail.hello))
        try easy.describeConnection(protocols: "smtp,smtps", authority: mail.certificateAuthorityFile)
        // With less than "all" the library would go on without TLS when a server does not offer it, or somebody hides that it does.
        if mail.server.security == .starttls { try easy.set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
        // Servers end connections that are idle, so one is made for each mail.
        try easy.set(CURLOPT_FRESH_CONNECT, 1)
        try easy.set(CURLOPT_FORBID_REUSE, 1)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, mail.connectTimeout.wholeMilliseconds)
        try easy.set(CURLOPT_TIMEOUT_MS, mail.timeout.wholeMilliseconds)
        // The library's own limit for each reply is two minutes; the whole exchange has one.
        try easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, mail.timeout.wholeMilliseconds / 1000 + 1)
    }

    private func describeMail() throws(TransportError) {
        try easy.set(CURLOPT_MAIL_FROM, mail.sender)
        for recipient in mail.recipients { try recipients.append(line: recipient) }
        try easy.check(weir_curl_set_list(easy.pointer, CURLOPT_MAIL_RCPT, recipients.pointer))
        try easy.check(weir_curl_allow_refused_recipients(easy.pointer))
        if let login = mail.login {
            try easy.set(CURLOPT_USERNAME, login.user)
            try easy.set(CURLOPT_PASSWORD, login.password)
            // Inside TLS the old challenges (CRAM-MD5, NTLM) add nothing but ways to fail.
            try easy.set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
        try easy.set(CURLOPT_UPLOAD, 1)
        try easy.check(weir_curl_set_offset(easy.pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(mail.message.count)))
    }

    private func attachCallbacks() throws(TransportError) {
        try gate.attach(to: easy)
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_HEADERDATA, pointer: context)
        try easy.check(
            weir_curl_set_receiver(easy.pointer, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let context else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return MailTransfer.from(context).take(line) ? line.count : 0
            })
        try easy.set(CURLOPT_READDATA, pointer: context)
        try easy.check(
            weir_curl_set_reader(easy.pointer) { room, size, count, context in
                guard let context else { return Int(CURL_READFUNC_ABORT) }
                return MailTransfer.from(context).give(UnsafeMutableRawBufferPointer(start: room, count: size * count))
            })
        try easy.set(CURLOPT_NOPROGRESS, 0)
        try easy.set(CURLOPT_XFERINFODATA, pointer: context)
        try easy.check(
            weir_curl_set_watcher(easy.pointer) { context, _, _, _, _ in
                guard let context else { return 1 }
                return MailTransfer.from(context).isGivenUp() ? 1 : 0
            })
    }

    private static func from(_ context: UnsafeMutableRawPointer) -> MailTransfer {
        Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    private func take(_ line: UnsafeRawBufferPointer) -> Bool {
        let goesOn = dialogue.take(line, isTransaction: gate.isOpen)
        if dialogue.answer != nil { try? easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Self.goodbyeSeconds) }
        return goesOn
    }

    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let piece = mail.message[sent...].prefix(room.count)
        room.copyBytes(from: piece)
        sent += piece.count
        return piece.count
    }

    func end(_ code: CURLcode) { reply.resume(returning: result(code)) }

    func fail(_ error: TransportError) { reply.resume(returning: .failure(error)) }

    var mayHaveArrived: Bool { dialogue.mayHaveArrived }

    private func result(_ code: CURLcode) -> Result<MailAnswer, TransportError> {
        // The library's own verdict is about the goodbye too, which means nothing.
        if let answer = dialogue.answer { return .success(answer) }
        let host = mail.server.host
        if let refusal = gate.refusal(behind: code) { return .failure(TransportError(.refusedAddress, "\(host): \(refusal)")) }
        let kind = TransportError.Code(code)
        switch kind {
        case .timeout: break
        // A reply that ends the connection says why (RFC 5321, section 3.8).
        case .cut: if let refusal = dialogue.sessionRefusal, refusal.reply.code == 421 { return .success(refusal) }
        case .refusedAddress: return .failure(TransportError(.cancelled, "given up before an answer came", mayHaveArrived: mayHaveArrived))
        default:
            if let refusal = dialogue.sessionRefusal { return .success(refusal) }
        }
        if dialogue.isTooLarge { return .failure(TransportError(.tooLarge, "\(host): its replies are too long", mayHaveArrived: mayHaveArrived)) }
        if code == CURLE_LOGIN_DENIED {
            return .failure(TransportError(.invalidRequest, "\(host): it offers no way to log in that is known here (AUTH PLAIN or LOGIN)"))
        }
        return .failure(TransportError(kind == .tooLarge ? .badAnswer : kind, "\(host): \(easy.explanation(of: code))", mayHaveArrived: mayHaveArrived))
    }
}
