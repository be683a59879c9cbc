import FindingModel
import Journal
import NIOCore
import Synchronization

extension Connection {
    // MARK: Answers of the journal

    /// The body is on disk.
    func accepted(_ appended: Appended, at now: NIODeadline, wall: Timestamp) {
        self.now = now
        awaiting = nil
        respond(.accepted(receipt: appended.number), closes: closesAfterAnswer, wall: wall)
        settled()
    }

    /// The body could not be kept.
    func appendFailed(_ refusal: Refusal, _ request: RequestContext, at now: NIODeadline) {
        self.now = now
        awaiting = nil
        refuse(refusal, counters: request.source.counters, peer: request.peer, closes: closesAfterAnswer)
        settled()
    }

    /// The journal has not answered in time; what it still does with the body is counted when it says so.
    func journalIsLate() {
        guard let token = awaiting, let (request, bytes) = shard.request(of: token) else { return close() }
        awaiting = nil
        refuse(Refusal(.journalTimeout, size: bytes), counters: request.source.counters, peer: request.peer, closes: closesAfterAnswer)
        drive()
    }

    private func settled() {
        if unread.readableBytes > 0 || inputClosed { drive() } else { flush() }
    }

    // MARK: Refusals

    /// Refuses a request whose body has not been read; says how many bytes of `rest` are its body and were passed over.
    func refuse(
        _ refusal: Refusal, _ parsed: ParsedHead, _ rest: UnsafeRawBufferPointer, counters: SourceCounters, peer: String? = nil
    ) -> Int {
        let body = Self.restOfBody(parsed.framing, rest)
        refuse(refusal, counters: counters, peer: peer, closes: parsed.closes || body == nil)
        return body ?? 0
    }

    func refuse(_ refusal: Refusal, counters: SourceCounters, peer: String? = nil, closes: Bool) {
        count(refusal, counters: counters, peer: peer ?? self.peer?.text ?? "")
        respond(.refused(refusal.answer), closes: closes || refusal.answer.code.closes)
    }

    func count(_ refusal: Refusal, counters: SourceCounters, peer: String) {
        let shared = shard.shared
        let record = RefusalRecord(
            time: shared.clock(), status: refusal.answer.code.status.code, reason: refusal.reason, detail: refusal.detail, peer: peer,
            size: refusal.size, bodySHA256: refusal.bodySHA256)
        shared.refuse(record, counters: counters, at: now)
    }

    // MARK: Writing

    /// Writes an answer and waits for the next request, or for the client's end of the connection.
    func respond(_ answer: Answer, closes: Bool, wall: Timestamp? = nil) {
        write(answer, closes: closes, wall: wall)
        endClaim()
        // The proxy's next request may be another client's.
        if peer?.isTrustedProxy == true { isProved = false }
        guard !closes else { return sayFarewell() }
        stage = .head
        headIsDue = false
        deadline = now + shard.shared.times.idle
    }

    func write(_ answer: Answer, closes: Bool, wall: Timestamp? = nil) {
        if answers.capacity == 0 { answers = ByteBufferAllocator().buffer(capacity: 256) }
        shard.writer.write(answer, closes: closes, at: wall ?? shard.shared.clock(), to: &answers)
    }

    func writeContinue() { answers.writeStaticString(AnswerWriter.continue) }

    /// Hands on the answers of this turn in one piece.
    func flush() {
        guard answers.readableBytes > 0 else { return }
        let all = answers
        answers = ByteBuffer()
        if !isProved { mayHaveBacklog = true }
        context?.writeAndFlush(wrapOutboundOut(all), promise: nil)
    }

    // MARK: Closing

    /// Ends our side of the connection and drops what still comes, so that the answer is not lost to a reset.
    private func sayFarewell() {
        stage = .farewell
        deadline = now + shard.shared.times.linger
        lingerBytes = shard.shared.limits.lingerBytesMax
        flush()
        context?.close(mode: .output, promise: nil)
    }

    /// Counts bytes that came after the last answer.
    func drop(_ bytes: Int) {
        lingerBytes -= min(bytes, lingerBytes)
        if lingerBytes == 0 { close() }
    }
}
