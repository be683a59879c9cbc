import FindingModel

/// Reads moments as people write them: RFC 3339 in UTC with or without a fraction, or a day, which means its first moment.
package enum MomentText {
    /// The moment; nothing for another text.
    ///
    /// Fraction digits after the third are cut.
    package static func timestamp(_ text: String) -> Timestamp? {
        var bytes = Array(text.utf8)
        if bytes.count == 10 { bytes += Array("T00:00:00Z".utf8) }
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        var fraction = bytes[19..<(bytes.count - 1)]
        if !fraction.isEmpty {
            guard fraction.first == UInt8(ascii: "."), (2...10).contains(fraction.count) else { return nil }
            fraction = fraction.dropFirst()
        }
        guard fraction.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let digits = (Array(fraction) + Array("000".utf8)).prefix(3)
        return Timestamp(rfc3339: bytes[..<19] + [UInt8(ascii: ".")] + digits + [UInt8(ascii: "Z")])
    }
}
