import FindingModel

/// What the head of a request says about its sender.
package enum HeadDecision: Sendable {
    case authentic(AuthenticationVerdict)
    /// The signature can only be checked with the body.
    case needsBody(PendingSignature)
    case refused(AuthenticationRefusal)
}

/// What head and body together say about the sender.
package enum BodyDecision: Equatable, Sendable {
    case authentic(AuthenticationVerdict)
    case refused(AuthenticationRefusal)
}

/// A well-formed signature that waits for the body.
package struct PendingSignature: Equatable, Sendable {
    /// The code's bytes, as many as the algorithm makes.
    let code: [UInt8]
    /// What the signed message holds before the body.
    let beforeBody: [UInt8]
    /// What the signed message holds after the body.
    let afterBody: [UInt8]
    let signedTime: Timestamp?
}
