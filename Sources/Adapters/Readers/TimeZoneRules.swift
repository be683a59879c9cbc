import Foundation

/// The rules of one time zone of the IANA database, for times that name no zone.
package struct TimeZoneRules: Equatable, Sendable {
    /// The zone's name: `Europe/Stockholm`, `UTC`.
    package let identifier: String
    /// Absent for UTC, which needs no rules.
    private let zone: TimeZone?

    package static let utc = TimeZoneRules()

    private init() {
        identifier = "UTC"
        zone = nil
    }

    /// The zone of that name, written as in the database; nothing when there is none.
    package init?(identifier: String) {
        if identifier == "UTC" {
            self = .utc
            return
        }
        guard identifier.utf8.contains(UInt8(ascii: "/")), let zone = TimeZone(identifier: identifier) else { return nil }
        self.identifier = identifier
        self.zone = zone
    }

    /// The moment, in milliseconds since 1970 in UTC, at which clocks of the zone show `local`, milliseconds since
    /// 1970-01-01 00:00 on those clocks.
    ///
    /// An hour that the end of summer time repeats is the first of the two; one that its beginning skips moves forward.
    func moment(local: Int64) -> Int64 {
        guard let zone else { return local }
        // Offsets a day to either side bracket any change; no zone changes twice in two days.
        let before = Self.offset(of: zone, at: local - 86_400_000), after = Self.offset(of: zone, at: local + 86_400_000)
        let earlier = local - before
        if before == after || Self.offset(of: zone, at: earlier) == before { return earlier }
        let later = local - after
        return Self.offset(of: zone, at: later) == after ? later : earlier
    }

    /// Milliseconds east of UTC at a moment.
    private static func offset(of zone: TimeZone, at milliseconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000))) * 1000
    }
}
