import NIOCore

extension Connection {
    /// Waits for the rest of a body.
    func beginBody(_ request: RequestContext, _ parsed: ParsedHead, hasBegun: Bool) {
        let times = shard.shared.times
        let pace = BodyPace(
            timeout: times.body, grace: times.bodyGrace, bytesPerSecondMin: shard.shared.limits.bodyBytesPerSecondMin, start: now)
        body = BodyInProgress(request, framing: parsed.framing, pace: pace)
        stage = .body
        if parsed.expectsContinue, !hasBegun {
            writeContinue()
        }
    }

    /// Reads on in the body; false when more must come first.
    func readBody() -> Bool {
        guard let body, unread.readableBytes > 0 else { return false }
        let received = unread
        var used = 0
        let step = received.withUnsafeReadableBytes { bytes in body.take(bytes, consumed: &used) { makeRoom($0, in: body) } }
        guard stage == .body else { return false }
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
        body = nil
        refuse(
            request.source.exists ? refusal : Refusal(refusal.answer.code, reason: Self.unknownSource, size: refusal.size),
            counters: request.source.counters, peer: request.peer, closes: true)
    }

    /// Looks whether the body is too slow, and asks again for memory that was not there.
    func tickBody() {
        if body?.blockedSince != nil { drive() }
        guard stage == .body, let body else { return }
        if let since = body.blockedSince {
            guard now - since > shard.shared.times.budget else { return }
            // Others give way now, if there are any.
            body.hasInsisted = true
            drive()
            guard stage == .body, body.blockedSince != nil else { return }
            refuseBody(Refusal(.memoryFull, size: body.bytes.count))
        } else if body.pace.isTooSlow(at: now) {
            refuseBody(Refusal(.bodyTimeout, size: body.bytes.count))
        }
        drive()
    }

    /// Has a complete body judged: at once, or elsewhere when that would take long.
    func judge(_ request: RequestContext, _ bytes: UnsafeRawBufferPointer, owned: [UInt8]?) {
        guard bytes.count > shard.shared.limits.bodyAtOnceMax else {
            return follow(request, shard.judge.admit(request, bytes, owned: owned, at: now), size: bytes.count)
        }
        stage = .judging
        closesAfterAnswer = request.closes
        deadline = now + shard.shared.times.journal
        examination += 1
        shard.examine(request, owned ?? Array(bytes), for: self, examination: examination, at: now)
    }

    /// What another thread found in a body; nothing follows when its client no longer waits.
    func examined(_ request: RequestContext, _ admission: Admission, size: Int, examination: UInt64) {
        guard stage == .judging, self.examination == examination else { return }
        now = .now()
        follow(request, admission, size: size)
        drive()
    }

    /// A large body was not judged in time.
    func judgementIsLate() {
        refuse(Refusal(.journalTimeout), counters: shard.shared.counters.none, closes: closesAfterAnswer)
        drive()
    }

    private func follow(_ request: RequestContext, _ admission: Admission, size: Int) {
        switch admission {
        case .append(let draft):
            proved()
            stage = .journal
            closesAfterAnswer = request.closes
            deadline = now + shard.shared.times.journal
            awaiting = shard.append(draft, for: self, request: request, bytes: size)
            if awaiting == nil { close() }
        case .refuse(let refusal):
            if refusal.answer.code != .unauthorized { proved() }
            refuse(refusal, counters: request.source.counters, peer: request.peer, closes: request.closes)
        }
    }
}
