/// Reads numbers without a sign, in ASCII digits.
enum DecimalText {
    /// The number that `bytes` begin with and what follows it; nothing without a digit or beyond `Int64`.
    static func prefix(_ bytes: ArraySlice<UInt8>) -> (number: Int64, rest: ArraySlice<UInt8>)? {
        var number: Int64 = 0
        var rest = bytes
        while let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            number = sum
            rest = rest.dropFirst()
        }
        return rest.startIndex == bytes.startIndex ? nil : (number, rest)
    }

    /// The number that is all of `text`.
    static func whole(_ text: String) -> Int64? {
        guard let (number, rest) = prefix(Array(text.utf8)[...]), rest.isEmpty else { return nil }
        return number
    }
}
