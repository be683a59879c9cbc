/// An amount of bytes, or a share of the disk it is on.
package enum ByteSize: Equatable, Sendable {
    case bytes(Int64)
    /// 0 to 100.
    case percent(Int64)

    private static let units: [(suffix: String, bytes: Int64)] = [
        ("", 1), ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ]

    /// Reads `16MiB`, `1GiB`, `500MB`, `4096` or `80%`.
    package init?(_ text: String) {
        guard let (number, rest) = DecimalText.prefix(Array(text.utf8)[...]) else { return nil }
        let suffix = String(decoding: rest.drop { $0 == UInt8(ascii: " ") }, as: UTF8.self)
        if suffix == "%" {
            guard number <= 100 else { return nil }
            self = .percent(number)
            return
        }
        guard let unit = Self.units.first(where: { $0.suffix == suffix }) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow else { return nil }
        self = .bytes(product)
    }

    /// The bytes meant, on a disk of `capacity` bytes.
    package func bytes(ofCapacity capacity: Int64) -> Int64 {
        switch self {
        case .bytes(let bytes): bytes
        case .percent(let percent): Int64((Double(max(capacity, 0)) * Double(percent) / 100).rounded(.down))
        }
    }

    /// `bytes` in the largest unit that leaves a short number: `1.4 KiB`, `16 MiB`.
    package static func text(_ bytes: Int64) -> String {
        var value = Double(bytes)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        if unit == "B" { return "\(bytes) B" }
        let tenths = Int64((value * 10).rounded())
        return tenths % 10 == 0 || tenths >= 1000 ? "\((tenths + 5) / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
