import Bytes
import Adapters
import FindingModel

/// What is known about a request once its head was found in order.
struct RequestContext: Sendable {
    /// What the head says about who sent it.
    enum Credential: Sendable {
        case proved(AuthenticationVerdict)
        case signature(PendingSignature)
        /// A stand-in for a source that does not exist, whatever it is shown.
        case hopeless
    }

    let source: RoutedSource
    let credential: Credential
    /// Bytes of the body that are read: the limit of the source for those who have proved who they are, else the same for all names, so that
    /// it tells nothing about the source.
    let bodyMax: Int
    let keptHeaders: [HeaderField]
    let address: IPAddress
    /// `address` as text.
    let peer: String
    /// Whether the connection ends with the answer.
    let closes: Bool
}
