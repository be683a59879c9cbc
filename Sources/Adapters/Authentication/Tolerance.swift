/// How far a signed time may be from the time of receipt, to either side.
package enum Tolerance: Equatable, Sendable {
    case within(milliseconds: Int64)
    /// Any distance: the vendor's retries may be as old as they like.
    case none

    /// `5m`, `90s`, `13h`, `2d`, `500ms`, or `none`.
    package init?(_ text: String) {
        if text == "none" {
            self = .none
            return
        }
        let read: Int64? = text.withBytes { bytes in
            var scanner = ByteScanner(bytes)
            guard let count = scanner.number(upTo: 9), let unit = Self.unit(&scanner), scanner.isAtEnd, count > 0 else { return nil }
            return count * unit
        }
        guard let read else { return nil }
        self = .within(milliseconds: read)
    }

    /// Whether a signed time that far from the receipt is accepted.
    package func allows(milliseconds distance: Int64) -> Bool {
        switch self {
        case .within(let limit): distance.magnitude <= limit.magnitude
        case .none: true
        }
    }

    private static func unit(_ scanner: inout ByteScanner) -> Int64? {
        if scanner.skip("m") { return scanner.skip("s") ? 1 : 60_000 }
        if scanner.skip("s") { return 1000 }
        if scanner.skip("h") { return 3_600_000 }
        return scanner.skip("d") ? 86_400_000 : nil
    }
}
