import FindingModel

/// What a finding's stamps come to: where it stands, and the word or list that made it stand there.
package struct StatusDecision: Equatable, Sendable {
    package var status: FindingStatus
    /// Why the status is what it is, where the status alone does not say.
    package var detail: String?
    /// Nothing while no word about the status is known.
    package var stamp: Stamp?

    /// An open finding that people had closed without a fix: their word no longer holds.
    package static let withdrawn = "withdrawn"
}

extension FindingState {
    /// The status that the stamps stand for.
    package var status: FindingStatus { decision.status }

    /// The newest word that says something known decides; a scan that lists the finding as open only undoes a fix.
    package var decision: StatusDecision {
        let listed = stamps[FindingSlots.listed]
        guard let newest = stamps.newest(in: FindingSlots.known) else { return StatusDecision(status: listed == nil ? .unknown : .open, stamp: listed) }
        switch FindingSlots.status(at: newest.slot) {
        case .fixed:
            guard let listed, listed > newest.stamp else { return StatusDecision(status: .fixed, stamp: newest.stamp) }
            return open(listed)
        case .open: return open(newest.stamp)
        case let status: return StatusDecision(status: status, stamp: newest.stamp)
        }
    }

    /// Open by the word `stamp`: what it was closed by before says whether it is so again.
    private func open(_ stamp: Stamp) -> StatusDecision {
        guard let closed = stamps.newest(in: FindingSlots.closing) else { return StatusDecision(status: .open, stamp: stamp) }
        if FindingSlots.status(at: closed.slot) == .fixed { return StatusDecision(status: .reopened, stamp: stamp) }
        return StatusDecision(status: .open, detail: StatusDecision.withdrawn, stamp: stamp)
    }
}
