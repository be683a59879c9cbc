import FindingModel

/// A Date field (RFC 9110 section 6.6.1): `Date: Sun, 06 Nov 1994 08:49:37 GMT` and the line end.
struct HTTPDate: Sendable {
    /// The field's bytes.
    let field: [UInt8]

    init() { field = [] }

    init(_ wall: Timestamp) {
        let seconds = wall.milliseconds / 1000
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - days * 86_400
        let date = CivilDate(daysSinceEpoch: days)
        // 1970-01-01 was a Thursday.
        let weekday = Self.weekdays[Int(((days + 4) % 7 + 7) % 7)]
        let month = Self.months[Int(max(1, min(12, date.month)) - 1)]
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let year = String(repeating: "0", count: max(0, 4 - String(date.year).utf8.count)) + String(date.year)
        let time = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        field = Array("Date: \(weekday), \(two(date.day)) \(month) \(year) \(time) GMT\r\n".utf8)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
