/// What stands still behind a journal that takes events: `/readyz` says so beside its 200.
package struct StandingStill: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The data folder's disk, which is not the journal's, has less room than the reserve.
    package static let dataDisk = StandingStill(rawValue: 1)
    /// Nothing is understood: the projector cannot go on, and tries again.
    package static let projector = StandingStill(rawValue: 2)
    /// Nothing is delivered: ledger.db is damaged.
    package static let delivery = StandingStill(rawValue: 4)

    /// The body of `/readyz`.
    var body: String {
        var body = #"{"status":"ready""#
        if contains(.dataDisk) { body += #","data":"disk_low""# }
        if contains(.projector) { body += #","projector":"stuck""# }
        if contains(.delivery) { body += #","delivery":"stopped""# }
        return body + "}"
    }
}
