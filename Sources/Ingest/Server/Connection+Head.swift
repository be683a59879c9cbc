import Bytes
import Adapters
import FindingModel
import Journal
import NIOCore
import Synchronization

extension Connection {
    /// The reason under which requests for sources that do not exist are counted.
    static let unknownSource = "unknown_source"

    /// Reads a head, and the body behind it when that has come too; false when more must come first.
    func readHead() -> Bool {
        guard unread.readableBytes > 0 else { return false }
        // A reference of its own to the bytes, so that `unread` may change while they are looked at.
        let received = unread
        var used = 0
        let goesOn = received.withUnsafeReadableBytes { readHead($0, used: &used) }
        if stage == .head || stage == .body || stage == .journal { unread.moveReaderIndex(forwardBy: min(used, unread.readableBytes)) }
        return goesOn
    }

    private func readHead(_ received: UnsafeRawBufferPointer, used: inout Int) -> Bool {
        if scanner.isAtStart {
            used = HeadScanner.blankLines(received)
            blankLines += used / 2
            guard blankLines <= HeadScanner.blankLinesMax else { return refuse(malformed: .requestLine) }
        }
        let bytes = received.part(used..<received.count)
        // Half an empty line, or nothing after whole ones.
        if scanner.isAtStart, bytes.isEmpty || bytes.count == 1 && bytes[0] == 0x0d { return false }
        switch scanner.scan(bytes) {
        case .incomplete:
            if !headIsDue {
                headIsDue = true
                deadline = now + shard.shared.times.head
            }
            return false
        case .malformed:
            return refuse(malformed: scanner.isInFirstLine ? .requestLine : .header)
        case .tooLarge(let requestLine):
            refuseTooLarge(bytes.part(0..<(requestLine ?? 0)))
            return false
        case .complete(let length):
            used += length
            used += begin(bytes.part(0..<length), rest: bytes.part(length..<bytes.count))
            return true
        }
    }

    @discardableResult
    private func refuse(malformed reason: MalformedRequest) -> Bool {
        refuse(Refusal(.malformed(reason)), counters: shard.shared.counters.none, closes: true)
        return false
    }

    /// A head over its limits: path and method are looked at first, as in any other.
    private func refuseTooLarge(_ line: UnsafeRawBufferPointer) {
        var refusal = Refusal(.headTooLarge)
        if !line.isEmpty {
            do throws(MalformedRequest) {
                let request = try RequestLine(line)
                if let code = Self.misdirection(Route(line.part(request.target)), request.method) { refusal = Refusal(code) }
            } catch {
                refusal = Refusal(.malformed(error))
            }
        }
        refuse(refusal, counters: shard.shared.counters.none, closes: true)
    }

    private static func misdirection(_ route: Route, _ method: RequestLine.Method) -> AnswerCode? {
        switch route {
        case .unknown: .notFound
        case .ingest: method == .post ? nil : .methodNotAllowed
        case .health, .readiness: method == .get || method == .head ? nil : .methodNotAllowed
        }
    }

    /// Begins the request of a complete head; says how many bytes of `rest` belong to it and were used.
    private func begin(_ head: UnsafeRawBufferPointer, rest: UnsafeRawBufferPointer) -> Int {
        scanner = Connection.newScanner(shard)
        headIsDue = false
        blankLines = 0
        let parsed: ParsedHead
        do throws(MalformedRequest) { parsed = try ParsedHead(head) } catch {
            refuse(malformed: error)
            return 0
        }
        let target = head.part(parsed.line.target)
        let route = Route(target)
        if let code = Self.misdirection(route, parsed.line.method) {
            var refusal = Refusal(code, size: parsed.announcedLength)
            refusal.answer.withBody = parsed.line.method != .head
            if code == .methodNotAllowed { if case .ingest = route { refusal.answer.allow = "POST" } else { refusal.answer.allow = "GET, HEAD" } }
            return refuse(refusal, parsed, rest, counters: shard.shared.counters.none)
        }
        guard case .ingest(let name, let secret, let secretIsEncoded) = route else { return answerProbe(route, parsed, rest) }
        if shard.isStopping { return refuse(Refusal(.stopping), parsed, rest, counters: shard.shared.counters.none) }
        let bytes = target.part(name)
        guard let source = shard.routing.find(bytes) ?? shard.routing.decoy(for: bytes) else {
            return refuse(
                Refusal(.unauthorized, reason: Self.unknownSource, size: parsed.announcedLength), parsed, rest, counters: shard.shared.counters.unknown)
        }
        let pathSecret = secret.map { Self.text(target.part($0), isEncoded: secretIsEncoded) }
        return begin(source, pathSecret: pathSecret, parsed, head, rest)
    }

    private func begin(_ source: RoutedSource, pathSecret: String?, _ parsed: ParsedHead, _ head: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer) -> Int
    {
        guard let peer else { return 0 }
        let client = client(parsed, head, peer: peer)
        if peer.isTrustedProxy {
            let network = client.address.countingBlock
            guard shard.shared.table.withLock({ $0.claim(network) }) else {
                let refusal = Refusal(.tooManyConnections, reason: "too_many_connections_of_address", size: parsed.announcedLength)
                return refuse(refusal, parsed, rest, counters: source.counters, peer: client.text)
            }
            claim = network
        }
        let credential: RequestContext.Credential
        switch prove(source, pathSecret: pathSecret, parsed, head, client: client.address) {
        case .success(let found):
            credential = found
            if case .proved = found { proved() }
        case .failure(let failure): return refuse(failure.refusal, parsed, rest, counters: source.counters, peer: client.text)
        }
        let bodyMax: Int
        if case .proved = credential { bodyMax = source.source.limits.bodyMax } else { bodyMax = shard.routing.bodyMax }
        if let refusal = Self.unacceptable(parsed, bodyMax: bodyMax) {
            return refuse(
                source.exists ? refusal : Refusal(refusal.answer.code, reason: Self.unknownSource), parsed, rest, counters: source.counters, peer: client.text)
        }
        let request = RequestContext(
            source: source, credential: credential, bodyMax: bodyMax, keptHeaders: Self.kept(source.source.keptHeaders, parsed, head), address: client.address,
            peer: client.text, closes: parsed.closes)
        if case .length(let length) = parsed.framing, length <= rest.count {
            judge(request, rest.part(0..<length), owned: nil)
            return length
        }
        beginBody(request, parsed, hasBegun: !rest.isEmpty)
        return 0
    }

    // MARK: Who it is

    private struct Unproved: Error {
        let refusal: Refusal
    }

    private func prove(
        _ source: RoutedSource, pathSecret: String?, _ parsed: ParsedHead, _ head: UnsafeRawBufferPointer, client: IPAddress
    ) -> Result<RequestContext.Credential, Unproved> {
        let size = parsed.announcedLength
        if let allow = source.source.allow, !allow.contains(client) {
            return .failure(Unproved(refusal: Refusal(.unauthorized, reason: "address_not_allowed", size: size)))
        }
        var headers: [(name: String, value: String)] = []
        for field in parsed.fields {
            let name = head.part(field.name)
            guard let known = source.credentialHeaders.first(where: { name.equalsIgnoringCase(name: $0) }) else { continue }
            headers.append((known, String(decoding: head.part(field.value), as: UTF8.self)))
        }
        switch source.source.authenticator.checkHead(RequestHead(headers: headers, pathSecret: pathSecret)) {
        case .authentic(let verdict): return .success(source.exists ? .proved(verdict) : .hopeless)
        case .needsBody(let signature): return .success(.signature(signature))
        case .refused(let refusal):
            let reason = source.exists ? refusal.code.rawValue : Self.unknownSource
            return .failure(Unproved(refusal: Refusal(.unauthorized, reason: reason, detail: source.exists ? refusal.detail : nil, size: size)))
        }
    }

    private func client(_ parsed: ParsedHead, _ head: UnsafeRawBufferPointer, peer: Peer) -> (address: IPAddress, text: String) {
        guard peer.isTrustedProxy else { return (peer.address, peer.text) }
        let values = parsed.fields.filter { head.part($0.name).equalsIgnoringCase("x-forwarded-for") }.map { head.part($0.value) }
        let proxies = shard.shared.trustedProxies
        let address = ForwardedFor.client(peer: peer.address, values: values) { proxies.contains($0) }
        return (address, address == peer.address ? peer.text : address.description)
    }

    private static func text(_ secret: UnsafeRawBufferPointer, isEncoded: Bool) -> String {
        if isEncoded, let decoded = Route.decode(secret) { return String(decoding: decoded, as: UTF8.self) }
        return String(decoding: secret, as: UTF8.self)
    }

    // MARK: What it brings

    private static func unacceptable(_ parsed: ParsedHead, bodyMax: Int) -> Refusal? {
        let size = parsed.announcedLength
        if parsed.hasContentEncoding { return Refusal(.contentEncoding, size: size) }
        if !parsed.isJSON { return Refusal(.unsupportedMediaType, size: size) }
        return size > bodyMax ? Refusal(.bodyTooLarge, size: size) : nil
    }

    private static func kept(_ names: [String], _ parsed: ParsedHead, _ head: UnsafeRawBufferPointer) -> [HeaderField] {
        guard !names.isEmpty else { return [] }
        return parsed.fields.compactMap { field in
            let name = head.part(field.name)
            guard let known = names.first(where: { name.equalsIgnoringCase(name: $0) }) else { return nil }
            return HeaderField(name: known, value: String(decoding: head.part(field.value), as: UTF8.self))
        }
    }

    // MARK: Probes

    private func answerProbe(_ route: Route, _ parsed: ParsedHead, _ rest: UnsafeRawBufferPointer) -> Int {
        let withBody = parsed.line.method == .get
        let body = Self.restOfBody(parsed.framing, rest)
        let closes = parsed.closes || body == nil
        if route == .health {
            respond(.healthy(withBody: withBody), closes: closes)
        } else if !shard.isStopping, shard.shared.journal.availability == .ready {
            let present = shard.shared.present.withLock { $0 }
            let standing = StandingStill(rawValue: shard.shared.standingStill.load(ordering: .relaxed)).union(present())
            respond(.ready(withBody: withBody, standing), closes: closes)
        } else {
            var refused = RefusedAnswer(shard.isStopping ? .stopping : .journalUnavailable)
            refused.withBody = withBody
            respond(.refused(refused), closes: closes)
        }
        return body ?? 0
    }

    /// The length of a body that has come whole behind its head and can be passed over.
    static func restOfBody(_ framing: BodyFraming, _ rest: UnsafeRawBufferPointer) -> Int? {
        if case .length(let length) = framing, length <= rest.count { length } else { nil }
    }
}
