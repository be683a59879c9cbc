import FindingModel

/// What a machine wants to be handed over now, in one call of the sink.
struct DeliveryRequest: Sendable {
    enum Content: Sendable {
        /// Changes of the window.
        case window([Change])
        /// Open items, whose changes are still to be read.
        case open([OpenItem])
    }

    let id: Int
    let content: Content
    /// How long each exchange with the sink may take, if less than usual.
    var time: Duration?

    var count: Int {
        switch content {
        case .window(let changes): changes.count
        case .open(let items): items.count
        }
    }
}
