import FindingModel

/// Decides whether a request came from the vendor, on the bytes as received and in constant time.
///
/// Every active secret is tried, whichever matches first, so that the time taken does not tell which one it was.
package struct Authenticator: Sendable {
    private enum Secrets: Sendable {
        case signature(SignatureVerifier)
        case token(TokenVerifier)
    }

    /// How the vendor proves itself.
    package let scheme: AuthenticationScheme
    /// How many secrets' worth of work a signature is.
    package let work: Int
    private let secrets: Secrets

    /// - Parameters:
    ///   - secrets: the active ones, two while one replaces the other. An empty one never matches; without any, everything is refused.
    ///   - tolerance: the source's, in place of the adapter's.
    ///   - work: how many secrets' worth of work a signature is, whatever there are fewer of: the most that any source has, so that the time
    ///     an answer takes does not tell how many this one has.
    package init(scheme: AuthenticationScheme, secrets: [LabelledSecret], tolerance: Tolerance? = nil, work: Int = 2) {
        self.scheme = scheme
        let usable = secrets.filter { !$0.value.isEmpty }
        self.work = max(work, usable.count)
        if case .hmac(let signature) = scheme {
            self.secrets = .signature(
                SignatureVerifier(scheme: signature, secrets: usable, tolerance: tolerance ?? signature.time?.tolerance ?? .none, work: work))
        } else {
            self.secrets = .token(TokenVerifier(scheme: scheme, secrets: usable))
        }
    }

    /// What can be told before the body is read.
    package func checkHead(_ head: RequestHead) -> HeadDecision {
        if scheme != .secretURL, head.pathSecret != nil { return .refused(AuthenticationRefusal(.unexpectedPath)) }
        switch secrets {
        case .signature(let verifier):
            do throws(AuthenticationRejection) {
                return .needsBody(try verifier.pending(head))
            } catch {
                return .refused(error.refusal)
            }
        case .token(let verifier):
            return verifier.check(head)
        }
    }

    /// Whether the signature that `checkHead` found is that of `body`, made within the tolerance around `now`.
    package func checkBody(_ pending: PendingSignature, body: UnsafeRawBufferPointer, now: Timestamp) -> BodyDecision {
        switch secrets {
        case .signature(let verifier): verifier.check(pending, body: body, now: now)
        // Only signatures wait for the body.
        case .token: .refused(AuthenticationRefusal(.badSignature))
        }
    }
}
