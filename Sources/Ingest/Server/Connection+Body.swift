import NIOCore

extension Connection {
    /// Waits for the rest of a body.
    func beginBody(_ request: RequestContext, _ parsed: ParsedHead, hasBegun: Bool) {
        let times = shard.shared.times
        let pace = BodyPace(
            timeout: times.body, grace: times.bodyGrace, bytesPerSecondMin: shard.shared.limits.bodyBytesPerSecondMin, start: now)
        body = BodyInProgress(request, framing: parsed.framing, exemptMax: shard.shared.limits.bodyExemptMax, pace: pace)
        stage = .body
        if parsed.expectsContinue, !hasBegun {
            writeContinue()
        }
    }

    /// Reads on in the body; false when more must come first.
    func readBody() -> Bool {
        guard let body, unread.readableBytes > 0 else { return false }
        let received = unread
        let shared = shard.shared
        let address = body.request.address, bodyMax = body.request.source.source.limits.bodyMax
        var used = 0
        let step = received.withUnsafeReadableBytes { bytes in
            body.take(bytes, consumed: &used) { shared.reserve($0, for: address, bodyMax: bodyMax) }
        }
        unread.moveReaderIndex(forwardBy: used)
        body.pace.received(used)
        if case .blocked = step {} else { body.unblock(at: now) }
        switch step {
        case .more: return false
        case .complete:
            let bytes = body.bytes, request = body.request
            self.body = nil
            bytes.withUnsafeBytes { judge(request, $0, owned: bytes) }
            return true
        case .tooLarge: refuseBody(Refusal(.bodyTooLarge, size: body.bytes.count + unread.readableBytes))
        case .malformed(let reason): refuseBody(Refusal(.malformed(reason), size: body.bytes.count))
        case .blocked: body.block(at: now)
        }
        return false
    }

    private func refuseBody(_ refusal: Refusal) {
        guard let request = body?.request else { return }
        endBody()
        refuse(
            request.source.exists ? refusal : Refusal(refusal.answer.code, reason: Self.unknownSource, size: refusal.size),
            counters: request.source.counters, peer: request.peer, closes: true)
    }

    /// Drops a body that is under way and gives its memory back.
    func endBody() {
        guard let request = body?.request else { return }
        body = nil
        shard.shared.release(request.charged, for: request.address)
    }

    /// Looks whether the body is too slow, and asks again for memory that was not there.
    func tickBody() {
        if body?.blockedSince != nil { drive() }
        guard stage == .body, let body else { return }
        if let since = body.blockedSince {
            guard now - since > shard.shared.times.budget else { return }
            refuseBody(Refusal(.memoryFull, size: body.bytes.count))
        } else if body.pace.isTooSlow(at: now) {
            refuseBody(Refusal(.bodyTimeout, size: body.bytes.count))
        }
        drive()
    }

    /// Puts a complete body to the shard.
    func judge(_ request: RequestContext, _ bytes: UnsafeRawBufferPointer, owned: [UInt8]?) {
        switch shard.admit(request, bytes, owned: owned, at: now) {
        case .append(let draft):
            stage = .journal
            closesAfterAnswer = request.closes
            deadline = now + shard.shared.times.journal
            awaiting = shard.append(draft, for: self, request: request, bytes: bytes.count)
            if awaiting == nil { close() }
        case .refuse(let refusal):
            shard.shared.release(request.charged, for: request.address)
            refuse(refusal, counters: request.source.counters, peer: request.peer, closes: request.closes)
        }
    }
}
