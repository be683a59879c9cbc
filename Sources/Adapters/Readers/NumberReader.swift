/// Reads numbers as JSON writes them (RFC 8259 section 6), also from strings; blanks around them are ignored.
package enum NumberReader {
    /// The whole number that `text` stands for: `14`, `14.0`, `1.4e1`; nothing for a fraction or outside 64 bits.
    package static func integer(_ text: String) -> Int64? { text.withBytes { integer(utf8: $0) } }

    /// `integer` over UTF-8 bytes.
    package static func integer(utf8 bytes: UnsafeRawBufferPointer) -> Int64? {
        guard let number = DecimalNumber(bytes), number.exponent >= 0 else { return nil }
        guard number.digits.count + number.exponent <= 19 else { return nil }
        var value: Int64 = 0
        // Built from the negative side, which reaches one further.
        for digit in number.digits + [UInt8](repeating: 0, count: number.exponent) {
            let (tens, tensOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.subtractingReportingOverflow(Int64(digit))
            guard !tensOverflow, !overflow else { return nil }
            value = sum
        }
        if number.isNegative { return value }
        return value == .min ? nil : -value
    }

    /// The number as the vendor wrote it, without blanks around it; nothing if JSON has no such number, if it has more than
    /// 32 characters, or if it is too large for a 64-bit floating point number (`1e999`).
    package static func decimal(_ text: String) -> String? { text.withBytes { decimal(utf8: $0) } }

    /// `decimal` over UTF-8 bytes.
    package static func decimal(utf8 bytes: UnsafeRawBufferPointer) -> String? {
        let trimmed = ByteScanner(trimming: bytes).bytes
        guard trimmed.count <= 32, let number = DecimalNumber(trimmed), number.digits.count + number.exponent <= 308 else { return nil }
        return String(decoding: trimmed, as: UTF8.self)
    }

    /// One spelling for every number of the same value (`30`, `30.0`, `3e1`), to compare by; nothing if `text` is no number.
    package static func canonical(_ text: String) -> String? { text.withBytes { canonical(utf8: $0) } }

    /// `canonical` over UTF-8 bytes.
    package static func canonical(utf8 bytes: UnsafeRawBufferPointer) -> String? {
        guard let number = DecimalNumber(bytes) else { return nil }
        let digits = String(decoding: number.digits.map { $0 + 0x30 }, as: UTF8.self)
        let sign = number.isNegative ? "-" : ""
        if digits.isEmpty { return "0" }
        if (0...20).contains(number.exponent) { return sign + digits + String(repeating: "0", count: number.exponent) }
        return "\(sign)\(digits)e\(number.exponent)"
    }
}

/// A JSON number taken apart: digits without zeros at either end, times ten to the power of `exponent`.
private struct DecimalNumber {
    var isNegative = false
    /// Values 0 to 9, the highest place first; none for zero.
    var digits: [UInt8] = []
    var exponent = 0

    /// The longest text that is looked at; more digits than any field can use.
    private static let longest = 1024

    init?(_ bytes: UnsafeRawBufferPointer) {
        var scanner = ByteScanner(trimming: bytes)
        guard scanner.bytes.count <= Self.longest else { return nil }
        isNegative = scanner.skip("-")
        guard let first = scanner.next, first.isDigit else { return nil }
        // A leading zero stands alone.
        if first == UInt8(ascii: "0"), let second = scanner.peek(1), second.isDigit { return nil }
        takeDigits(&scanner)
        if scanner.skip(".") {
            let before = scanner.position
            let places = takeDigits(&scanner)
            guard scanner.position > before else { return nil }
            exponent -= places
        }
        if scanner.skip("e") || scanner.skip("E") {
            let negative = scanner.skip("-")
            if !negative { _ = scanner.skip("+") }
            // Five digits say "out of every range" as well as more would.
            guard let power = scanner.number(upTo: 5) else { return nil }
            exponent += negative ? -Int(power) : Int(power)
        }
        guard scanner.isAtEnd else { return nil }
        normalise()
    }

    @discardableResult
    private mutating func takeDigits(_ scanner: inout ByteScanner) -> Int {
        var count = 0
        while let digit = scanner.next?.digitValue {
            digits.append(UInt8(digit))
            scanner.advance()
            count += 1
        }
        return count
    }

    private mutating func normalise() {
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        digits = Array(digits.drop { $0 == 0 })
        if digits.isEmpty {
            exponent = 0
            isNegative = false
        }
    }
}
