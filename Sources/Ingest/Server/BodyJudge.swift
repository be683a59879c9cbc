import Adapters
import Digests
import FindingModel
import JSONDocument
import Journal
import NIOCore
import Synchronization

/// What becomes of a request whose body is complete.
enum Admission: Sendable {
    case append(EntryDraft)
    case refuse(Refusal)
}

/// Decides over complete bodies; one to a thread, as it uses its parser's memory again.
struct BodyJudge: ~Copyable {
    private let shared: SharedState
    private var parser = JSONParser()

    init(_ shared: SharedState) { self.shared = shared }

    /// Decides over a complete body: who signed it, whether it is JSON, whether its source may send it, whether it can be kept.
    ///
    /// - Parameters:
    ///   - bytes: the body as received.
    ///   - owned: the same bytes where they already are an array, which then need not be copied.
    mutating func admit(_ request: RequestContext, _ bytes: UnsafeRawBufferPointer, owned: [UInt8]?, at now: NIODeadline) -> Admission {
        let wall = shared.clock()
        let verdict: AuthenticationVerdict
        switch authenticate(request, bytes, wall: wall) {
        case .success(let proved): verdict = proved
        case .failure(let failure): return .refuse(failure.refusal)
        }
        let source = request.source.source
        guard bytes.count <= source.limits.bodyMax else { return .refuse(Refusal(.bodyTooLarge, size: bytes.count)) }
        do throws(JSONError) {
            let document = bytes.afterByteOrderMark
            let tape = try parser.parse(document, depth: shared.limits.jsonDepthMax)
            if let refusal = exceeds(request, bytes.count, at: now, wall: wall) ?? unavailable(bytes.count) { return .refuse(refusal) }
            let body: [UInt8]
            switch source.redactor.redact(tape, body: document) {
            case .unchanged: body = owned ?? Array(bytes)
            case .rewritten(let rewritten, _): body = bytes.prefix(bytes.count - document.count) + rewritten
            }
            return .append(
                EntryDraft(
                    kind: .receipt, source: source.name, generation: request.source.generation, peer: request.peer,
                    verdict: Verdict(scheme: verdict.scheme, secretLabel: verdict.secretLabel, signedTime: verdict.signedTime),
                    headers: request.keptHeaders, body: body, bodySHA256: SHA256Hash.digest(of: body), deduplicates: source.deduplicates))
        } catch {
            return .refuse(Self.refusal(for: error, body: bytes))
        }
    }

    private struct Unauthentic: Error {
        let refusal: Refusal
    }

    private func authenticate(_ request: RequestContext, _ bytes: UnsafeRawBufferPointer, wall: Timestamp) -> Result<AuthenticationVerdict, Unauthentic> {
        switch request.credential {
        case .proved(let verdict) where request.source.exists: return .success(verdict)
        case .signature(let signature):
            let decision = request.source.source.authenticator.checkBody(signature, body: bytes, now: wall)
            guard request.source.exists else { break }
            switch decision {
            case .authentic(let verdict): return .success(verdict)
            case .refused(let refusal):
                return .failure(Unauthentic(refusal: Refusal(.unauthorized, reason: refusal.code.rawValue, detail: refusal.detail, size: bytes.count)))
            }
        default: break
        }
        return .failure(Unauthentic(refusal: Refusal(.unauthorized, reason: Connection.unknownSource, size: bytes.count)))
    }

    private func exceeds(_ request: RequestContext, _ size: Int, at now: NIODeadline, wall: Timestamp) -> Refusal? {
        switch request.source.allowance.state.withLock({ $0.admit(bytes: size, at: now, wall: wall) }) {
        case .none: nil
        case .rate(let seconds): Refusal(RefusedAnswer(.rateLimited, retryAfter: seconds), size: size)
        case .bytes(let seconds): Refusal(RefusedAnswer(.bytesPerDay, retryAfter: seconds), size: size)
        }
    }

    private func unavailable(_ size: Int) -> Refusal? {
        // Large bodies stop being read at half of this.
        if shared.trusted.load(ordering: .relaxed) > 2 * max(shared.limits.bodiesInFlightMax, size) { return Refusal(.memoryFull, size: size) }
        return switch shared.journal.availability {
        case .ready: nil
        case .stalled: Refusal(.journalStalled, size: size)
        case .diskReserve: Refusal(.diskReserve, size: size)
        case .failed: Refusal(.journalUnavailable, size: size)
        case .stopping: Refusal(.stopping, size: size)
        }
    }

    private static func refusal(for error: JSONError, body: UnsafeRawBufferPointer) -> Refusal {
        let code: AnswerCode =
            switch error.code {
            case .empty: .emptyBody
            case .invalidUTF8: .invalidUTF8
            case .syntax: .invalidJSON
            case .duplicateKey: .duplicateKey
            case .tooDeep: .tooDeep
            case .tooLarge: .bodyTooLarge
            }
        let hasPosition = code != .emptyBody && code != .bodyTooLarge
        let position = error.offset + body.count - body.afterByteOrderMark.count
        return Refusal(
            RefusedAnswer(code, position: hasPosition ? position : nil), detail: hasPosition ? "at byte \(position)" : nil, size: body.count,
            bodySHA256: SHA256Hash.digest(of: body).hex)
    }
}
