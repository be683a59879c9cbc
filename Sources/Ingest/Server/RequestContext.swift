import Bytes
import Adapters
import FindingModel

/// What is known about a request once its head was found in order.
struct RequestContext {
    /// What the head says about who sent it.
    enum Credential {
        case proved(AuthenticationVerdict)
        case signature(PendingSignature)
        /// A stand-in for a source that does not exist, whatever it is shown.
        case hopeless
    }

    let source: RoutedSource
    let credential: Credential
    let keptHeaders: [HeaderField]
    let address: IPAddress
    /// `address` as text.
    let peer: String
    /// Whether the connection ends with the answer.
    let closes: Bool
    /// Bytes reserved for the body.
    var charged = 0
}
