/// What an entry of the journal is; the raw values stand in the files and never change.
package enum EntryKind: UInt8, Sendable, CaseIterable {
    /// An accepted delivery of a vendor.
    case receipt = 1
    /// What a person decided: who, what, why.
    case decision
    /// Content and hash of adapters, rules and projection settings, at start and at reload.
    case config
    /// A timer fired.
    case tick
    /// What the gateway itself has to say.
    case notice
    /// A receipt that ended the process too often is left out from here on.
    case quarantine
    /// A rebuild's changes follow.
    case rebuild
    /// Segments that were dropped for age or size.
    case retention
    /// The journal's tag, at its creation and whenever something of it was lost.
    case recovery
    /// The journal's head, to be sent out.
    case checkpoint

    /// The word that stands for the kind in tables and exports.
    package var name: String {
        switch self {
        case .receipt: "receipt"
        case .decision: "decision"
        case .config: "config"
        case .tick: "tick"
        case .notice: "notice"
        case .quarantine: "quarantine"
        case .rebuild: "rebuild"
        case .retention: "retention"
        case .recovery: "recovery"
        case .checkpoint: "checkpoint"
        }
    }
}
